import { expect, test } from 'vitest'
import { deadlineInMs, deploymentStatus, isComplete, rolloutStatus } from './deployment-status.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from './workloads.ts'

const NOW = Date.parse('2026-11-23T10:10:00Z')
const BEFORE = '2026-11-23T10:00:00Z'
const template = { spec: { containers: [] } }

function deployment(status?: DeploymentStatus, progressDeadlineSeconds = 600): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', generation: 2 },
    spec: { replicas: 2, progressDeadlineSeconds, selector: {}, template },
    ...(status && { status }),
  }
}

function set(status: ReplicaSet['status'], replicas = 2): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-1' },
    spec: { replicas, selector: {}, template },
    ...(status && { status }),
  }
}

function progressing(reason: string, lastUpdateTime = BEFORE, status: 'True' | 'False' = 'True') {
  return { type: 'Progressing', status, reason, lastUpdateTime, lastTransitionTime: BEFORE }
}

function after(before: DeploymentStatus | undefined, newSet: ReplicaSet) {
  const status = rolloutStatus(deployment(before), { newSet, sets: [newSet], now: NOW })
  const condition = status.conditions?.find(({ type }) => type === 'Progressing')
  return condition && [condition.status, condition.reason, condition.message].join(' ')
}

test('counts come from the sets, availability from the minimum', () => {
  const newSet = set({
    replicas: 2,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
  })
  const old = set({ replicas: 1, readyReplicas: 1, availableReplicas: 1 }, 1)
  const status = deploymentStatus(deployment(), { newSet, sets: [old, newSet], now: NOW })
  expect(status).toEqual({
    observedGeneration: 2,
    replicas: 3,
    updatedReplicas: 2,
    readyReplicas: 3,
    availableReplicas: 2,
    unavailableReplicas: 1,
    terminatingReplicas: 1,
    conditions: [
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
        lastUpdateTime: '2026-11-23T10:10:00Z',
        lastTransitionTime: '2026-11-23T10:10:00Z',
      },
    ],
  })
})

const ALL = { replicas: 2, readyReplicas: 2, availableReplicas: 2 }
const NONE = { replicas: 2, readyReplicas: 0, availableReplicas: 0 }

test.for([
  {
    when: 'all replicas are available',
    before: { conditions: [progressing('ReplicaSetUpdated')] },
    counts: ALL,
    condition: 'True NewReplicaSetAvailable ReplicaSet "web-1" has successfully progressed.',
  },
  {
    when: 'pods have come',
    before: { conditions: [progressing('NewReplicaSetCreated')] },
    counts: NONE,
    condition: 'True ReplicaSetUpdated ReplicaSet "web-1" is progressing.',
  },
  {
    when: 'nothing has moved for longer than the deadline',
    before: {
      replicas: 2,
      updatedReplicas: 2,
      conditions: [progressing('ReplicaSetUpdated', '2026-11-23T09:59:59Z')],
    },
    counts: NONE,
    condition: 'False ProgressDeadlineExceeded ReplicaSet "web-1" has timed out progressing.',
  },
  {
    when: 'a finished rollout loses a pod later',
    before: {
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: [progressing('NewReplicaSetAvailable', '2026-11-23T08:00:00Z')],
    },
    counts: { replicas: 2, readyReplicas: 1, availableReplicas: 1 },
    condition: 'True NewReplicaSetAvailable ',
  },
])('Progressing is right when $when', ({ before, counts, condition }) => {
  expect(after(before, set(counts))).toBe(condition)
})

test('without a deadline there is no Progressing', () => {
  const live = deployment({ conditions: [progressing('ReplicaSetUpdated')] }, 2_147_483_647)
  const status = rolloutStatus(live, { newSet: set(NONE), sets: [set(NONE)], now: NOW })
  expect(status.conditions?.map(({ type }) => type)).toEqual(['Available'])
})

test('ReplicaFailure is taken over from a set and goes with it', () => {
  const failure = {
    type: 'ReplicaFailure',
    status: 'True' as const,
    reason: 'FailedCreate',
    message: 'exceeded quota',
    lastTransitionTime: BEFORE,
  }
  const failing = set({ ...NONE, conditions: [failure] })
  const status = rolloutStatus(deployment(), { newSet: failing, sets: [failing], now: NOW })
  expect(status.conditions).toContainEqual({ ...failure, lastUpdateTime: BEFORE })
  const healed = rolloutStatus(deployment(status), { newSet: set(ALL), sets: [set(ALL)], now: NOW })
  expect(healed.conditions?.map(({ type }) => type)).not.toContain('ReplicaFailure')
})

test.for([
  {
    when: 'it is under way',
    status: { conditions: [progressing('ReplicaSetUpdated', '2026-11-23T10:09:00Z')] },
    ms: 540_000,
  },
  {
    when: 'it has passed',
    status: { conditions: [progressing('ProgressDeadlineExceeded', BEFORE, 'False')] },
    ms: undefined,
  },
  {
    when: 'the rollout is complete',
    status: {
      ...ALL,
      updatedReplicas: 2,
      observedGeneration: 2,
      conditions: [progressing('ReplicaSetUpdated')],
    },
    ms: undefined,
  },
])('the deadline when $when', ({ status, ms }) => {
  expect(deadlineInMs(deployment(status), NOW)).toBe(ms)
})

test('a Deployment is complete only when this generation was seen', () => {
  const status = { ...ALL, updatedReplicas: 2 }
  expect(isComplete(deployment(), { ...status, observedGeneration: 1 })).toBe(false)
  expect(isComplete(deployment(), { ...status, observedGeneration: 2 })).toBe(true)
})
