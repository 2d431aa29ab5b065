import { expect, test } from 'vitest'
import { driftOf } from './drift.ts'
import type { KubeObject } from './object.ts'
import { PART_OF_LABEL, objectSet } from './ownership.ts'

const SET = objectSet('env', 'ns')
const LABELS = { [PART_OF_LABEL]: SET.id }
const OURS = {
  manager: 'keyless-cosmos',
  operation: 'Apply',
  fieldsV1: {
    'f:metadata': { 'f:labels': { [`f:${PART_OF_LABEL}`]: {} } },
    'f:spec': { 'f:replicas': {}, 'f:paused': {} },
  },
}
const LOST = { ...OURS, fieldsV1: { 'f:metadata': OURS.fieldsV1['f:metadata'] } }
const REPLICAS = { 'f:spec': { 'f:replicas': {} } }

function deployment(spec: object, managedFields: KubeObject['metadata']['managedFields'] = []) {
  const metadata = { name: 'a', namespace: 'ns', uid: '1', labels: LABELS, managedFields }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec }
}

const DESIRED: KubeObject = {
  ...deployment({ replicas: 1 }),
  metadata: { name: 'a', namespace: 'ns', labels: LABELS },
}
const LIVE = deployment({ replicas: 1, selector: {} }, [OURS])

function by(manager: string, subresource = '') {
  const theirs = { manager, operation: 'Update', subresource, fieldsV1: REPLICAS }
  return deployment({ replicas: 5 }, [LOST, theirs])
}

test.for([
  { when: 'nothing that we state differs', live: LIVE, drift: { status: 'none' } },
  { when: 'it is not there', live: undefined, drift: { status: 'missing' } },
  {
    when: 'it is going',
    live: { ...LIVE, metadata: { ...LIVE.metadata, deletionTimestamp: 'now' } },
    drift: { status: 'terminating' },
  },
  {
    when: 'only its status changed',
    live: { ...LIVE, status: { replicas: 9 } },
    drift: { status: 'none' },
  },
  {
    when: 'a person scaled it',
    live: by('kubectl', 'scale'),
    drift: {
      status: 'edited',
      managers: ['kubectl'],
      changes: [{ path: '.spec.replicas', before: 5, after: 1 }],
    },
  },
  {
    when: 'an autoscaler scaled it',
    live: by('kube-controller-manager', 'scale'),
    drift: { status: 'none' },
  },
  {
    when: 'our field manager wrote another value',
    live: deployment({ replicas: 5 }, [OURS]),
    drift: { status: 'redeployed' },
  },
  {
    when: 'a field was removed',
    live: deployment({}, [LOST]),
    drift: { status: 'edited', managers: [], changes: [{ path: '.spec.replicas', after: 1 }] },
  },
  {
    when: 'another set owns it',
    live: { ...LIVE, metadata: { ...LIVE.metadata, labels: { [PART_OF_LABEL]: 'x' } } },
    drift: { status: 'foreign' },
  },
  {
    when: 'somebody made a new one of that name',
    live: { ...LIVE, metadata: { ...LIVE.metadata, labels: {} } },
    drift: { status: 'foreign' },
  },
])('drift is $drift.status when $when', ({ live, drift }) => {
  expect(driftOf(DESIRED, live, { set: SET, isMember: false })).toMatchObject(drift)
})

test('an object of ours that lost our label has drifted', () => {
  const bare = { ...LIVE, metadata: { ...LIVE.metadata, labels: {}, managedFields: [] } }
  expect(driftOf(DESIRED, bare, { set: SET, isMember: true })).toMatchObject({
    status: 'edited',
    changes: [{ after: SET.id }],
  })
})

test.for(['Succeeded', 'Failed'])('a pod that has %s has not drifted', (phase) => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: DESIRED.metadata, spec: { nodeName: 'x' } }
  const live = { ...pod, metadata: { ...LIVE.metadata }, status: { phase } }
  expect(driftOf(pod, live, { set: SET, isMember: true })).toEqual({ status: 'none' })
})

test('what was in a secret is not told', () => {
  const secret = { ...LIVE, kind: 'Secret', metadata: { ...LIVE.metadata, managedFields: [] } }
  const live = { ...secret, data: { key: 'bmV3' } }
  const drift = driftOf({ ...secret, data: { key: 'b2xk' } }, live, { set: SET, isMember: true })
  expect(drift).toMatchObject({ status: 'edited' })
  expect(JSON.stringify(drift)).not.toMatch(/bmV3|b2xk/)
})

test.for([
  { when: 'nothing', live: {}, status: 'none' },
  { when: 'the empty value of its type', live: { name: '' }, status: 'none' },
  { when: 'a value', live: { name: 'x' }, status: 'redeployed' },
])('null that is stored as $when is drift: $status', ({ live, status }) => {
  const fieldsV1 = { 'f:metadata': OURS.fieldsV1['f:metadata'], 'f:spec': { 'f:name': {} } }
  const found = deployment(live, [{ ...OURS, fieldsV1 }])
  const desired = { ...DESIRED, spec: { name: null } }
  expect(driftOf(desired, found, { set: SET, isMember: true })).toMatchObject({ status })
})

test.for([
  { when: 'is not stored', owned: { 'f:spec': { 'f:template': {} } }, status: 'none' },
  { when: 'was taken away', owned: {}, status: 'edited' },
])('an empty value that $when is drift: $status', ({ owned, status }) => {
  const desired = { ...DESIRED, spec: { template: {} } }
  const fieldsV1 = { 'f:metadata': OURS.fieldsV1['f:metadata'], ...owned }
  const live = deployment({}, [{ ...OURS, fieldsV1 }])
  expect(driftOf(desired, live, { set: SET, isMember: true })).toMatchObject({ status })
})
