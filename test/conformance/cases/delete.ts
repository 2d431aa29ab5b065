import { create, get, inNamespace, MERGE, patch, remove, update } from '../case.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, pod } from './fixtures.ts'

const MAPS = inNamespace('configmaps')
const PODS = inNamespace('pods')
const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')
const SHORT = {
  only: [
    'kind',
    'status',
    'details',
    'message',
    'code',
    'reason',
    'metadata.finalizers',
    'metadata.deletionTimestamp',
    'metadata.deletionGracePeriodSeconds',
    'metadata.generation',
  ],
}
const HELD = { finalizers: ['example.com/hold'] }

export const DELETE_CASES: readonly Case[] = [
  {
    name: 'delete: an object and then nothing',
    steps: [
      create(MAPS, configMap('x'), { silent: true }),
      remove(`${MAPS}/x`),
      remove(`${MAPS}/x`),
      get(`${MAPS}/x`),
    ],
  },
  {
    name: 'delete: preconditions',
    steps: [
      create(MAPS, configMap('x'), {
        silent: true,
        save: { uid: 'metadata.uid', version: 'metadata.resourceVersion' },
      }),
      remove(`${MAPS}/x`, { preconditions: { uid: '00000000-0000-0000-0000-000000000001' } }),
      remove(`${MAPS}/x`, { preconditions: { resourceVersion: '1' } }),
      remove(`${MAPS}/x`, { preconditions: { uid: '$uid', resourceVersion: '$version' } }),
    ],
  },
  {
    name: 'delete: a finalizer holds the object until it is taken away',
    steps: [
      create(MAPS, configMap('x', {}, HELD), { silent: true }),
      remove(`${MAPS}/x`),
      remove(`${MAPS}/x`, undefined, SHORT),
      patch(MERGE, `${MAPS}/x`, {
        metadata: { finalizers: ['example.com/hold', 'example.com/more'] },
      }),
      patch(MERGE, `${MAPS}/x`, { data: { still: 'writable' } }, SHORT),
      patch(MERGE, `${MAPS}/x`, { metadata: { finalizers: null } }, SHORT),
      get(`${MAPS}/x`),
    ],
  },
  {
    name: 'delete: in the foreground and as orphan',
    bare: true,
    steps: [
      create(DEPLOYMENTS, deployment('x'), { silent: true }),
      remove(`${DEPLOYMENTS}/x`, { propagationPolicy: 'Foreground' }, SHORT),
      create(DEPLOYMENTS, deployment('y'), { silent: true }),
      remove(`${DEPLOYMENTS}/y?propagationPolicy=Orphan`, undefined, SHORT),
      create(DEPLOYMENTS, deployment('z'), { silent: true }),
      remove(`${DEPLOYMENTS}/z`, { propagationPolicy: 'Background' }, SHORT),
      remove(`${DEPLOYMENTS}/x`, { propagationPolicy: 'Sideways' }, SHORT),
      remove(
        `${DEPLOYMENTS}/x`,
        { propagationPolicy: 'Foreground', orphanDependents: true },
        SHORT,
      ),
    ],
  },
  {
    name: 'delete: a pod without a node goes at once, one on a node when its node lets it go',
    steps: [
      create(PODS, pod('x'), { silent: true }),
      remove(`${PODS}/x`, undefined, SHORT),
      get(`${PODS}/x`),
      create(PODS, pod('y', { nodeName: 'n' }), { silent: true }),
      remove(`${PODS}/y`, undefined, SHORT),
      remove(`${PODS}/y`, { gracePeriodSeconds: 50 }, SHORT),
      remove(`${PODS}/y`, { gracePeriodSeconds: 1 }, SHORT),
      get(`${PODS}/y`, SHORT),
      remove(`${PODS}/y`, { gracePeriodSeconds: 0 }, SHORT),
      get(`${PODS}/y`),
    ],
  },
  {
    name: 'delete: grace periods',
    steps: [
      create(PODS, pod('x', { nodeName: 'n' }), { silent: true }),
      remove(`${PODS}/x?gracePeriodSeconds=-5`, undefined, SHORT),
      create(PODS, pod('y', { nodeName: 'n', terminationGracePeriodSeconds: 7 }), { silent: true }),
      remove(`${PODS}/y?gracePeriodSeconds=3`, undefined, SHORT),
      remove(`${PODS}/x?gracePeriodSeconds=0`, undefined, { silent: true }),
      remove(`${PODS}/y?gracePeriodSeconds=0`, undefined, { silent: true }),
    ],
  },
  {
    name: 'delete: a dry run asked for beside a body of options is none',
    steps: [
      create(MAPS, configMap('x'), { silent: true }),
      remove(`${MAPS}/x?dryRun=All`, { kind: 'DeleteOptions', apiVersion: 'v1' }),
      get(`${MAPS}/x`, { only: ['reason', 'message'] }),
    ],
  },
  {
    name: 'delete: a dry run',
    steps: [
      create(MAPS, configMap('x'), { silent: true }),
      remove(`${MAPS}/x?dryRun=All`),
      get(`${MAPS}/x`, { only: ['data'] }),
    ],
  },
  {
    name: 'delete: the finalizer for dependents that is there decides where nothing is asked',
    bare: true,
    steps: [
      create(MAPS, configMap('o', {}, { finalizers: ['orphan'] }), { silent: true }),
      remove(`${MAPS}/o`, undefined, SHORT),
      create(MAPS, configMap('f', {}, { finalizers: ['foregroundDeletion'] }), { silent: true }),
      remove(`${MAPS}/f`, { propagationPolicy: 'Background' }, SHORT),
      create(MAPS, configMap('both', {}, { finalizers: ['orphan', 'foregroundDeletion'] })),
    ],
  },
  {
    name: 'delete: a whole collection by label',
    steps: [
      create(MAPS, configMap('a', {}, { labels: { app: 'x' } }), { silent: true }),
      create(MAPS, configMap('b'), { silent: true }),
      remove(`${MAPS}?labelSelector=app%3Dx`, undefined, {
        only: ['kind', 'items.0.metadata.name', 'items.1.metadata.name'],
      }),
      get(MAPS, { only: ['items.0.metadata.name', 'items.1.metadata.name'] }),
      remove(MAPS, undefined, { only: ['kind'] }),
      get(MAPS, { only: ['items'] }),
    ],
  },
  {
    name: 'delete: a namespace terminates first, and takes nothing new',
    steps: [
      create('/api/v1/namespaces', { metadata: { name: '$NS-gone' } }, { silent: true }),
      create('/api/v1/namespaces/$NS-gone/configmaps', configMap('x'), { silent: true }),
      remove('/api/v1/namespaces/$NS-gone'),
      create('/api/v1/namespaces/$NS-gone/configmaps', configMap('y')),
      remove('/api/v1/namespaces/default'),
      remove('/api/v1/namespaces/not-there-at-all'),
    ],
    bare: true,
  },
  {
    name: 'delete: a namespace goes when its last finalizer does',
    bare: true,
    steps: [
      create('/api/v1/namespaces', { metadata: { name: '$NS-two' } }, { silent: true }),
      update('/api/v1/namespaces/$NS-two/finalize', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: '$NS-two' },
        spec: { finalizers: [] },
      }),
      remove('/api/v1/namespaces/$NS-two', undefined, SHORT),
      get('/api/v1/namespaces/$NS-two'),
    ],
  },
]
