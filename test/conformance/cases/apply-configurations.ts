import { APPLY, apply, inNamespace, patch } from '../case.ts'
import type { Case } from '../case.ts'
import { deployment, map, template } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')

export const APPLY_CONFIGURATION_CASES: readonly Case[] = [
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
