import { expect, test } from 'vitest'
import type { ContainerRecord, Run } from './container-status.ts'
import type { Pod, PodSpec } from './pod.ts'
import { podStatus } from './status.ts'
import type { PodFacts } from './status.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')
const run: Run = {
  containerId: 'process://1',
  imageId: 'sha256:1',
  image: 'docker.io/i:1',
  startedAt: NOW - 2000,
}

function ended(exitCode: number): ContainerRecord {
  const reason = exitCode === 0 ? 'Completed' : 'Error'
  const end = { exitCode, reason, message: '', finishedAt: NOW - 1000 }
  return { restartCount: 0, ready: false, started: false, run: { ...run, end } }
}

const fresh: ContainerRecord = { restartCount: 0, ready: false, started: false }
const running: ContainerRecord = { ...fresh, run, ready: true, started: true }
const unready: ContainerRecord = { ...running, ready: false }
const crashing: ContainerRecord = {
  ...ended(1),
  restartCount: 3,
  waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' },
}
const pulling: ContainerRecord = { ...fresh, waiting: { reason: 'ErrImagePull', message: 'm' } }

function pod(spec: Partial<PodSpec> = {}): Pod {
  return {
    metadata: { name: 'demo', namespace: 'ns', uid: 'u-1', generation: 1 },
    spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'i:1' }], ...spec },
    status: {},
  }
}

function facts(records: Record<string, ContainerRecord>, more: Partial<PodFacts> = {}): PodFacts {
  return {
    records: new Map(Object.entries(records)),
    address: '127.0.0.1',
    hasSandbox: true,
    isEnding: false,
    startedAt: NOW - 5000,
    now: NOW,
    ...more,
  }
}

const two = {
  containers: [
    { name: 'c', image: 'i:1' },
    { name: 'd', image: 'i:1' },
  ],
}
const withInit = { initContainers: [{ name: 'i', image: 'i:1' }] }

test.for<{
  readonly when: string
  readonly spec?: Partial<PodSpec>
  readonly records: Record<string, ContainerRecord>
  readonly more?: Partial<PodFacts>
  readonly phase: string
}>([
  { when: 'nothing has run', records: {}, phase: 'Pending' },
  { when: 'its image cannot be pulled', records: { c: pulling }, phase: 'Pending' },
  { when: 'its container runs', records: { c: running }, phase: 'Running' },
  { when: 'one runs and one is fresh', spec: two, records: { c: running }, phase: 'Pending' },
  {
    when: 'one runs and one ended',
    spec: two,
    records: { c: running, d: ended(1) },
    phase: 'Running',
  },
  { when: 'it ended well under Always', records: { c: ended(0) }, phase: 'Running' },
  { when: 'it crashes in a loop', records: { c: crashing }, phase: 'Running' },
  {
    when: 'it ended well under OnFailure',
    spec: { restartPolicy: 'OnFailure' },
    records: { c: ended(0) },
    phase: 'Succeeded',
  },
  {
    when: 'it failed under OnFailure',
    spec: { restartPolicy: 'OnFailure' },
    records: { c: ended(1) },
    phase: 'Running',
  },
  {
    when: 'it failed under Never',
    spec: { restartPolicy: 'Never' },
    records: { c: ended(1) },
    phase: 'Failed',
  },
  {
    when: 'one of two failed under Never',
    spec: { restartPolicy: 'Never', ...two },
    records: { c: ended(0), d: ended(1) },
    phase: 'Failed',
  },
  { when: 'an init container runs', spec: withInit, records: { i: running }, phase: 'Pending' },
  {
    when: 'an init container failed under Always',
    spec: withInit,
    records: { i: ended(1) },
    phase: 'Pending',
  },
  {
    when: 'an init container failed under Never',
    spec: { ...withInit, restartPolicy: 'Never' },
    records: { i: ended(1) },
    phase: 'Failed',
  },
  {
    when: 'init ended well and nothing else ran',
    spec: withInit,
    records: { i: ended(0) },
    phase: 'Pending',
  },
  {
    when: 'it was stopped for good and ended well',
    records: { c: ended(0) },
    more: { isEnding: true },
    phase: 'Succeeded',
  },
  {
    when: 'it was stopped for good by a signal',
    records: { c: ended(143) },
    more: { isEnding: true },
    phase: 'Failed',
  },
  {
    when: 'its deadline has passed',
    records: { c: ended(0) },
    more: { verdict: { reason: 'DeadlineExceeded', message: 'm' } },
    phase: 'Failed',
  },
])('a pod is $phase when $when', ({ spec, records, more, phase }) => {
  // An init container that failed under Always counts as failed only while its end is the last thing known.
  expect(podStatus(pod(spec), facts(records, more)).phase).toBe(phase)
})

test('a terminal phase is never left', () => {
  const done = { ...pod(), status: { phase: 'Succeeded' as const } }
  expect(podStatus(done, facts({ c: running })).phase).toBe('Succeeded')
})

function conditions(pod: Pod, given: PodFacts): Record<string, string> {
  return Object.fromEntries(
    (podStatus(pod, given).conditions ?? []).map(({ type, status, reason, message }) => [
      type,
      [status, reason, message].filter(Boolean).join(' '),
    ]),
  )
}

test('conditions of a pod that is being created', () => {
  expect(conditions(pod(withInit), facts({}, { hasSandbox: false }))).toEqual({
    PodReadyToStartContainers: 'False',
    Initialized: 'False ContainersNotInitialized containers with incomplete status: [i]',
    Ready: 'False ContainersNotReady containers with unready status: [c]',
    ContainersReady: 'False ContainersNotReady containers with unready status: [c]',
    PodScheduled: 'True',
  })
})

test('conditions of a pod that is ready, and of one whose probe fails', () => {
  expect(conditions(pod(), facts({ c: running }))).toEqual({
    PodReadyToStartContainers: 'True',
    Initialized: 'True',
    Ready: 'True',
    ContainersReady: 'True',
    PodScheduled: 'True',
  })
  expect(conditions(pod(two), facts({ c: unready, d: unready }))['Ready']).toBe(
    'False ContainersNotReady containers with unready status: [c d]',
  )
})

test('conditions of a pod that is done', () => {
  const never = pod({ restartPolicy: 'Never' })
  expect(conditions(never, facts({ c: ended(0) }, { hasSandbox: false }))).toEqual({
    PodReadyToStartContainers: 'False',
    Initialized: 'True PodCompleted',
    Ready: 'False PodCompleted',
    ContainersReady: 'False PodCompleted',
    PodScheduled: 'True',
  })
  expect(conditions(never, facts({ c: ended(1) }))['Ready']).toBe('False PodFailed')
})

test("others' conditions stay, and gate readiness where the pod says so", () => {
  const gated = {
    ...pod({ readinessGates: [{ conditionType: 'example.com/gate' }] }),
    status: { conditions: [{ type: 'example.com/gate', status: 'False' as const }] },
  }
  expect(conditions(gated, facts({ c: running }))).toMatchObject({
    'example.com/gate': 'False',
    Ready:
      'False ReadinessGatesNotReady the status of pod readiness gate "example.com/gate" is not "True", but False',
  })
})

test('a condition keeps its transition time while its status stays', () => {
  const lastTransitionTime = '2026-11-23T09:00:00Z'
  const known = [
    { type: 'Ready', status: 'True' as const, lastTransitionTime },
    { type: 'PodScheduled', status: 'True' as const, lastTransitionTime },
  ]
  const times = Object.fromEntries(
    (
      podStatus({ ...pod(), status: { conditions: known } }, facts({ c: unready })).conditions ?? []
    ).map(({ type, lastTransitionTime: at }) => [type, at]),
  )
  expect(times['PodScheduled']).toBe(lastTransitionTime)
  expect(times['Ready']).toBe('2026-11-23T10:00:00Z')
})

test('a container that waits for its restart shows why, and how it ended before', () => {
  const [status] = podStatus(pod(), facts({ c: crashing })).containerStatuses ?? []
  expect(status).toEqual({
    name: 'c',
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
    lastState: {
      terminated: {
        exitCode: 1,
        reason: 'Error',
        startedAt: '2026-11-23T09:59:58Z',
        finishedAt: '2026-11-23T09:59:59Z',
        containerID: 'process://1',
      },
    },
    ready: false,
    started: false,
    restartCount: 3,
    image: 'docker.io/i:1',
    imageID: 'sha256:1',
    containerID: 'process://1',
  })
})

test('an init container is ready once it has ended well', () => {
  const [status] = podStatus(pod(withInit), facts({ i: ended(0) })).initContainerStatuses ?? []
  expect(status).toMatchObject({ ready: true, started: false })
})
