import { apply, create, get, inNamespace, MERGE, patch, update } from '../case.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, map, template } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')

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
]
