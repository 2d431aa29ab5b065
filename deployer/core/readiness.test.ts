import { expect, test } from 'vitest'
import type { Fields } from './object.ts'
import { readiness } from './readiness.ts'

function check(kind: string, spec: Fields, status: Fields, generation = 1) {
  return readiness({ apiVersion: 'x/v1', kind, metadata: { name: 'x', generation }, spec, status })
}

const DONE = {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  availableReplicas: 1,
  conditions: [{ type: 'Available', status: 'True' }],
}

test.for([
  { kind: 'Deployment', when: 'every replica is available', status: DONE, expected: 'current' },
  {
    kind: 'Deployment',
    when: 'the controller has not seen this generation',
    status: { ...DONE, observedGeneration: 0 },
    expected: 'in-progress',
  },
  {
    kind: 'Deployment',
    when: 'an old replica is still there',
    status: { ...DONE, replicas: 2 },
    expected: 'in-progress',
  },
  {
    kind: 'Deployment',
    when: 'no replica is available',
    status: { ...DONE, availableReplicas: 0 },
    expected: 'in-progress',
  },
  {
    kind: 'Deployment',
    when: 'its deadline has passed',
    status: { conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] },
    expected: 'failed',
  },
  {
    kind: 'Deployment',
    when: 'a quota keeps its pods out',
    status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }] },
    expected: 'failed',
  },
  {
    kind: 'Job',
    when: 'it is complete',
    status: { conditions: [{ type: 'Complete', status: 'True' }] },
    expected: 'current',
  },
  {
    kind: 'Job',
    when: 'it has failed',
    status: { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] },
    expected: 'failed',
  },
  { kind: 'Job', when: 'it runs', status: { active: 1 }, expected: 'in-progress' },
  {
    kind: 'Job',
    when: 'its failure is certain and its pods are ending',
    status: { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded' }] },
    expected: 'failed',
  },
  {
    kind: 'Job',
    when: 'it is suspended',
    status: { conditions: [{ type: 'Suspended', status: 'True' }] },
    expected: 'current',
  },
  {
    kind: 'ReplicaSet',
    when: 'its replica is available',
    status: { replicas: 1, availableReplicas: 1 },
    expected: 'current',
  },
  {
    kind: 'ReplicaSet',
    when: 'its replica is not available',
    status: { replicas: 1 },
    expected: 'in-progress',
  },
  {
    kind: 'ReplicaSet',
    when: 'its pods are refused',
    status: { conditions: [{ type: 'ReplicaFailure', status: 'True' }] },
    expected: 'failed',
  },
  {
    kind: 'StatefulSet',
    when: 'its replica is ready in the new revision',
    status: {
      replicas: 1,
      readyReplicas: 1,
      updatedReplicas: 1,
      currentRevision: 'b',
      updateRevision: 'b',
    },
    expected: 'current',
  },
  {
    kind: 'StatefulSet',
    when: 'its replica is still of the old revision',
    status: { replicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    expected: 'in-progress',
  },
  {
    kind: 'StatefulSet',
    when: 'only a hand rolls it',
    spec: { updateStrategy: { type: 'OnDelete' } },
    status: {},
    expected: 'current',
  },
  {
    kind: 'StatefulSet',
    when: 'the partition leaves its replica as it is',
    spec: { updateStrategy: { rollingUpdate: { partition: 1 } } },
    status: { replicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    expected: 'current',
  },
  {
    kind: 'DaemonSet',
    when: 'its controller has not counted the nodes',
    status: {},
    expected: 'in-progress',
  },
  {
    kind: 'DaemonSet',
    when: 'every node has its pod',
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
      numberReady: 2,
    },
    expected: 'current',
  },
  {
    kind: 'DaemonSet',
    when: 'a node is without',
    status: { observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 1 },
    expected: 'in-progress',
  },
  { kind: 'CronJob', when: 'it exists', status: {}, expected: 'current' },
  {
    kind: 'CronJob',
    when: 'a run is under way',
    status: { lastScheduleTime: '2026-11-28T12:15:00Z', active: [{ name: 'demo-1' }] },
    expected: 'current',
  },
  {
    kind: 'CronJob',
    when: 'its last run succeeded',
    status: {
      lastScheduleTime: '2026-11-28T12:15:00Z',
      lastSuccessfulTime: '2026-11-28T12:15:09Z',
    },
    expected: 'current',
  },
  {
    kind: 'CronJob',
    when: 'its last run did not succeed',
    status: {
      lastScheduleTime: '2026-11-28T12:30:00Z',
      lastSuccessfulTime: '2026-11-28T12:15:09Z',
    },
    expected: 'failed',
  },
  { kind: 'Service', when: 'it exists', status: {}, expected: 'current' },
  {
    kind: 'Service',
    when: 'its load balancer has no address inside the cluster',
    spec: { type: 'LoadBalancer' },
    status: {},
    expected: 'in-progress',
  },
  {
    kind: 'PodDisruptionBudget',
    when: 'its controller has not seen this generation',
    status: { observedGeneration: 0 },
    expected: 'in-progress',
  },
  {
    kind: 'PodDisruptionBudget',
    when: 'its controller has seen it',
    status: { observedGeneration: 1 },
    expected: 'current',
  },
  {
    kind: 'CustomResourceDefinition',
    when: 'its names are taken',
    status: { conditions: [{ type: 'NamesAccepted', status: 'False' }] },
    expected: 'failed',
  },
  {
    kind: 'CustomResourceDefinition',
    when: 'it is being installed',
    status: { conditions: [{ type: 'Established', status: 'False', reason: 'Installing' }] },
    expected: 'in-progress',
  },
  {
    kind: 'CustomResourceDefinition',
    when: 'it is established',
    status: { conditions: [{ type: 'Established', status: 'True' }] },
    expected: 'current',
  },
  { kind: 'Widget', when: 'it has no status', status: {}, expected: 'current' },
  {
    kind: 'Widget',
    when: 'it reports Reconciling',
    status: { conditions: [{ type: 'Reconciling', status: 'True' }] },
    expected: 'in-progress',
  },
  {
    kind: 'PersistentVolumeClaim',
    when: 'it is bound',
    status: { phase: 'Bound' },
    expected: 'current',
  },
  { kind: 'ConfigMap', when: 'it exists', status: {}, expected: 'current' },
  {
    kind: 'Widget',
    when: 'it reports Ready',
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
    expected: 'current',
  },
  {
    kind: 'Widget',
    when: 'it reports not Ready',
    status: { conditions: [{ type: 'Ready', status: 'False', reason: 'NoSuchThing' }] },
    expected: 'in-progress',
  },
  {
    kind: 'Widget',
    when: 'it reports Stalled',
    status: { conditions: [{ type: 'Stalled', status: 'True' }] },
    expected: 'failed',
  },
  {
    kind: 'PersistentVolumeClaim',
    when: 'it is not bound',
    status: { phase: 'Pending' },
    expected: 'in-progress',
  },
])('a $kind is $expected when $when', ({ kind, spec, status, expected }) => {
  expect(check(kind, spec ?? {}, status).status).toBe(expected)
})

test('an object that is being deleted is terminating, whatever else it says', () => {
  const metadata = { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' }
  expect(readiness({ apiVersion: 'v1', kind: 'ConfigMap', metadata }).status).toBe('terminating')
})

test.for([
  { kind: 'Job', status: { active: 1 }, reason: '1 pod active, not complete' },
  {
    kind: 'Job',
    status: { active: 2, failed: 1 },
    reason: '2 pods active, 1 failed, not complete',
  },
  {
    kind: 'Deployment',
    status: { replicas: 2, updatedReplicas: 1 },
    reason: '1 old replica still there',
  },
])('a $kind says $reason', ({ kind, status, reason }) => {
  const live = { apiVersion: 'x', kind, metadata: { name: 'x' }, spec: { replicas: 1 }, status }
  expect(readiness(live)).toMatchObject({ reason })
})
