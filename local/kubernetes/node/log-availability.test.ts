import { expect, test } from 'vitest'
import { logRefusal } from './log-availability.ts'
import type { ContainerState, ContainerStatus } from './pod.ts'

const ran = {
  exitCode: 1,
  reason: 'Error',
  startedAt: null,
  finishedAt: null,
  containerID: 'process://1',
}
const lost = { ...ran, containerID: '' }

function statusOf(state: ContainerState, lastState: ContainerState = {}): ContainerStatus {
  const rest = { ready: false, started: false, restartCount: 0, image: 'i', imageID: '' }
  return { name: 'c', state, lastState, ...rest }
}

test.for([
  { when: 'it runs', state: { running: { startedAt: '' } } },
  { when: 'it has ended', state: { terminated: ran } },
  { when: 'it waits for its restart', state: { waiting: {} }, lastState: { terminated: ran } },
  {
    when: 'the previous run is asked for and known',
    state: { running: { startedAt: '' } },
    lastState: { terminated: ran },
    isPrevious: true,
  },
])('there is a log when $when', ({ state, lastState, isPrevious = false }) => {
  expect(logRefusal('demo', 'c', statusOf(state, lastState), isPrevious)).toBeUndefined()
})

test.for<{
  readonly status: ContainerStatus | undefined
  readonly isPrevious?: boolean
  readonly refusal: string
}>([
  { status: undefined, refusal: 'container "c" in pod "demo" is not available' },
  {
    status: statusOf({ waiting: { reason: 'ContainerCreating' } }),
    refusal: 'container "c" in pod "demo" is waiting to start: ContainerCreating',
  },
  {
    status: statusOf({ waiting: { reason: 'ErrImagePull' } }),
    refusal: 'container "c" in pod "demo" is waiting to start: image can\'t be pulled',
  },
  {
    status: statusOf({ waiting: { reason: 'ImagePullBackOff' } }),
    refusal: 'container "c" in pod "demo" is waiting to start: trying and failing to pull image',
  },
  {
    status: statusOf({ terminated: lost }),
    refusal: 'container "c" in pod "demo" is terminated',
  },
  {
    status: statusOf({ running: { startedAt: '' } }),
    isPrevious: true,
    refusal: 'previous terminated container "c" in pod "demo" not found',
  },
])('there is none: $refusal', ({ status, isPrevious = false, refusal }) => {
  expect(logRefusal('demo', 'c', status, isPrevious)).toBe(refusal)
})
