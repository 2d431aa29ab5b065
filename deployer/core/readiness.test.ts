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
])('a $kind is $expected when $when', ({ kind, status, expected }) => {
  expect(check(kind, {}, status).status).toBe(expected)
})

test('an object that is being deleted is terminating, whatever else it says', () => {
  const metadata = { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' }
  expect(readiness({ apiVersion: 'v1', kind: 'ConfigMap', metadata }).status).toBe('terminating')
})
