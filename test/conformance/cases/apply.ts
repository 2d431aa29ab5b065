import { APPLY, apply, create, get, inNamespace, MERGE, patch, update } from '../case.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, template } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')
const PODS = inNamespace('pods')

function map(data?: object, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', ...metadata },
    ...(data === undefined ? {} : { data }),
  }
}

export const APPLY_CASES: readonly Case[] = [
  {
    name: 'apply: creates, keeps and removes what it no longer says',
    steps: [
      apply('one', `${MAPS}/x`, map({ a: '1', b: '2' }, { labels: { l: '1' } })),
      apply('one', `${MAPS}/x`, map({ a: '1', b: '2' }, { labels: { l: '1' } })),
      apply('one', `${MAPS}/x`, map({ a: '9' })),
      apply('one', `${MAPS}/x`, map()),
    ],
  },
  {
    name: 'apply: two managers share an object',
    steps: [
      apply('one', `${MAPS}/x`, map({ a: '1' })),
      apply('two', `${MAPS}/x`, map({ b: '2' })),
      apply('one', `${MAPS}/x`, map({})),
      apply('two', `${MAPS}/x`, map({ b: '2', a: '3' })),
    ],
  },
  {
    name: 'apply: the same value is shared, and goes with its last owner',
    steps: [
      apply('one', `${MAPS}/x`, map({ a: '1', b: '1' })),
      apply('two', `${MAPS}/x`, map({ a: '1' })),
      apply('one', `${MAPS}/x`, map({ b: '1' })),
      apply('two', `${MAPS}/x`, map({})),
    ],
  },
  {
    name: 'apply: a conflict names manager and field, force takes it',
    steps: [
      apply('one', `${MAPS}/x`, map({ a: '1', b: '2' })),
      apply('two', `${MAPS}/x`, map({ a: '9', b: '8' })),
      apply('two', `${MAPS}/x?force=true`, map({ a: '9' })),
      apply('one', `${MAPS}/x`, map({ a: '1', b: '2' })),
    ],
  },
  {
    name: 'apply: a conflict with an updater says when',
    steps: [
      create(`${MAPS}?fieldManager=creator`, configMap('x', { a: '1', b: '1', c: '1' })),
      apply('one', `${MAPS}/x`, map({ a: '2' })),
      apply('one', `${MAPS}/x`, map({ a: '1' })),
      patch(MERGE, `${MAPS}/x?fieldManager=editor`, { data: { a: '5', b: '5' } }),
      apply('one', `${MAPS}/x`, map({ a: '1', b: '1', c: '7' })),
      apply('one', `${MAPS}/x?force=true`, map({ a: '1', b: '1', c: '7' })),
    ],
  },
  {
    name: 'apply: it needs a manager, a name and a kind',
    steps: [
      patch(APPLY, `${MAPS}/x`, map({ a: '1' })),
      apply('one', `${MAPS}/x`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'y' } }),
      apply('one', `${MAPS}/x`, { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } }),
      apply('one', `${MAPS}/y`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'y' } }),
      apply('one', `${MAPS}/y`, { kind: 'ConfigMap', metadata: { name: 'y' } }),
      apply('one', `${MAPS}/y`, { apiVersion: 'v1', metadata: { name: 'y' } }),
      apply('one', `${MAPS}/y`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'y', managedFields: [] },
      }),
      apply('one', `${MAPS}/y`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'y', managedFields: [{}] },
      }),
    ],
  },
  {
    name: 'apply: it is written in YAML as well',
    steps: [
      {
        method: 'PATCH',
        path: `${MAPS}/x?fieldManager=one`,
        contentType: APPLY,
        text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: "1"\n',
      },
      { method: 'PATCH', path: `${MAPS}/x?fieldManager=one`, contentType: APPLY, text: 'a: [' },
    ],
  },
  {
    name: 'apply: unknown and wrong fields',
    steps: [
      apply('one', `${DEPLOYMENTS}/x`, deployment('x', { nope: 1 })),
      apply('one', `${DEPLOYMENTS}/x?fieldValidation=Strict`, deployment('x', { nope: 1 })),
      apply(
        'one',
        `${DEPLOYMENTS}/x?fieldValidation=Ignore&dryRun=All`,
        deployment('x', { nope: 1 }),
      ),
      apply('one', `${DEPLOYMENTS}/x`, deployment('x', { replicas: 'three' })),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', { template: template({ app: 'x' }, { containers: [{ image: 'a' }] }) }),
      ),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', {
          template: template(
            { app: 'x' },
            {
              containers: [
                { name: 'a', image: 'a' },
                { name: 'a', image: 'b' },
              ],
            },
          ),
        }),
      ),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', { template: template({ app: 'x' }, { containers: 'none' }) }),
      ),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', { selector: { matchLabels: { app: 'other' } } }),
      ),
    ],
  },
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
  {
    name: 'apply: a version in it is the optimistic lock',
    steps: [
      apply('one', `${MAPS}/x`, map({ a: '1' }), {
        save: { version: 'metadata.resourceVersion', uid: 'metadata.uid' },
      }),
      apply('one', `${MAPS}/x`, map({ a: '2' }, { resourceVersion: '$version' })),
      apply('one', `${MAPS}/x`, map({ a: '3' }, { resourceVersion: '$version' })),
      apply('one', `${MAPS}/new`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'new', resourceVersion: '$version' },
      }),
      apply('one', `${MAPS}/x`, map({ a: '4' }, { uid: '00000000-0000-0000-0000-000000000001' })),
      apply('one', `${MAPS}/new`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'new', uid: '00000000-0000-0000-0000-000000000001' },
      }),
    ],
  },
  {
    name: 'apply: a dry run tells and does not write',
    steps: [
      apply('one', `${MAPS}/x?dryRun=All`, map({ a: '1' })),
      get(`${MAPS}/x`),
      apply('one', `${MAPS}/x`, map({ a: '1' }), { silent: true }),
      apply('one', `${MAPS}/x?dryRun=All`, map({ a: '2' })),
      get(`${MAPS}/x`, { only: ['data'] }),
    ],
  },
  {
    name: 'apply: an immutable field is refused as by any other write',
    bare: true,
    steps: [
      apply('one', `${DEPLOYMENTS}/x`, deployment('x'), { silent: true }),
      apply(
        'one',
        `${DEPLOYMENTS}/x`,
        deployment('x', {
          selector: { matchLabels: { app: 'y' } },
          template: template({ app: 'y' }),
        }),
      ),
    ],
  },
  {
    name: 'apply: status through the main path is ignored',
    bare: true,
    steps: [
      apply('one', `${DEPLOYMENTS}/x`, { ...deployment('x'), status: { replicas: 5 } }),
      apply('two', `${DEPLOYMENTS}/x/status`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'x' },
        spec: { replicas: 9 },
        status: { replicas: 4 },
      }),
      update(`${DEPLOYMENTS}/x/status?fieldManager=three`, {
        ...deployment('x'),
        status: { replicas: 3, observedGeneration: 1 },
      }),
    ],
  },
  {
    name: 'apply: nulls and empty parts',
    steps: [
      apply('one', `${MAPS}/x`, map({ a: '1' }, { labels: {}, annotations: { b: '' } })),
      apply('one', `${MAPS}/x`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', annotations: null },
        data: null,
      }),
      apply('one', `${MAPS}/x`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', labels: { a: null } },
        data: { a: null },
      }),
    ],
  },
]
