import { apply, inNamespace } from '../case.ts'
import type { Case } from '../case.ts'
import { deployment, map, template } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')
const PODS = inNamespace('pods')

export const APPLY_LIST_CASES: readonly Case[] = [
  {
    name: 'apply: lists by keys',
    bare: true,
    steps: [
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', {
          replicas: 2,
          template: template(
            { app: 'x' },
            {
              containers: [
                {
                  name: 'a',
                  image: 'a:1',
                  ports: [{ containerPort: 80 }],
                  env: [
                    { name: 'A', value: '1' },
                    { name: 'B', value: '2' },
                  ],
                },
              ],
              volumes: [{ name: 'v', emptyDir: {} }],
            },
          ),
        }),
      ),
      apply('two', `${DEPLOYMENTS}/x`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'x' },
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'a', env: [{ name: 'C', value: '3' }] },
                { name: 'b', image: 'b:1' },
              ],
            },
          },
        },
      }),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', {
          template: template(
            { app: 'x' },
            { containers: [{ name: 'a', image: 'a:2', env: [{ name: 'B', value: '2' }] }] },
          ),
        }),
      ),
      apply('two', `${DEPLOYMENTS}/x`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'x' },
      }),
    ],
  },
  {
    name: 'apply: order of list items',
    steps: [
      apply('one', `${PODS}/x?dryRun=All`, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'x' },
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'b', image: 'b:1' },
            { name: 'a', image: 'a:1' },
          ],
        },
      }),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', {
          template: template(
            { app: 'x' },
            {
              containers: [
                { name: 'a', image: 'a:1' },
                { name: 'b', image: 'b:1' },
                { name: 'c', image: 'c:1' },
              ],
            },
          ),
        }),
        { silent: true },
      ),
      apply(
        'two',
        `${DEPLOYMENTS}/x`,
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'x' },
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'd', image: 'd:1' },
                  { name: 'b', image: 'b:1' },
                ],
              },
            },
          },
        },
        { only: ['spec.template.spec.containers'] },
      ),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', {
          template: template(
            { app: 'x' },
            {
              containers: [
                { name: 'c', image: 'c:1' },
                { name: 'a', image: 'a:1' },
              ],
            },
          ),
        }),
        { only: ['spec.template.spec.containers'] },
      ),
    ],
  },
  {
    name: 'apply: sets and atomic parts',
    steps: [
      apply('one', `${MAPS}/x`, map({}, { finalizers: ['example.com/a', 'example.com/b'] })),
      apply('two', `${MAPS}/x`, map(undefined, { finalizers: ['example.com/b', 'example.com/c'] })),
      apply('one', `${MAPS}/x`, map({}, { finalizers: ['example.com/a'] })),
      apply('one', `${MAPS}/x`, map({}), {
        only: ['metadata.finalizers', 'metadata.managedFields'],
      }),
      apply('two', `${MAPS}/x`, map(), { only: ['metadata.finalizers', 'metadata.managedFields'] }),
      apply('one', `${inNamespace('networkpolicies', 'networking.k8s.io/v1')}/x`, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'x' },
        spec: {
          podSelector: { matchLabels: { a: 'b' } },
          egress: [{ ports: [{ port: 443 }] }],
          policyTypes: ['Egress'],
        },
      }),
      apply('two', `${inNamespace('networkpolicies', 'networking.k8s.io/v1')}/x`, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'x' },
        spec: { podSelector: { matchLabels: { c: 'd' } }, egress: [{ ports: [{ port: 80 }] }] },
      }),
    ],
  },
]
