import { expect, test } from 'vitest'
import type { KubeObject } from './object.ts'
import { failed, inProgress } from './readiness-result.ts'
import type { Readiness } from './readiness-result.ts'
import { isHopeless, waitedNow } from './waited.ts'

const POD: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }

function after(...steps: readonly (readonly [nowMs: number, readiness: Readiness])[]) {
  return steps.reduce<ReturnType<typeof waitedNow> | undefined>(
    (before, [nowMs, readiness]) => waitedNow(before, POD, { readiness, culprit: POD }, nowMs),
    undefined,
  )
}

const pull = failed('image-pull', 'timeout', 60)
const quota = failed('quota', 'exceeded', 60)

test.for<{
  readonly when: string
  readonly steps: readonly (readonly [number, Readiness])[]
  readonly isHopelessAt100: boolean
}>([
  { when: 'it has no grace', steps: [[100, failed('stalled', 'x')]], isHopelessAt100: true },
  { when: 'its grace goes on', steps: [[50, pull]], isHopelessAt100: false },
  { when: 'its grace is over', steps: [[40, pull]], isHopelessAt100: true },
  {
    when: 'the same cause came with other words',
    steps: [
      [40, pull],
      [90, failed('image-pull', 'back-off', 60)],
    ],
    isHopelessAt100: true,
  },
  {
    when: 'another cause began later',
    steps: [
      [40, pull],
      [90, quota],
    ],
    isHopelessAt100: false,
  },
  {
    when: 'it recovered in between',
    steps: [
      [10, pull],
      [50, inProgress('pulling')],
      [60, pull],
    ],
    isHopelessAt100: false,
  },
])('hopeless is $isHopelessAt100 when $when', ({ steps, isHopelessAt100 }) => {
  const waited = after(...steps)
  expect(waited && isHopeless(waited, 100)).toBe(isHopelessAt100)
})

const READY: Readiness = { status: 'current' }
const SERVER: KubeObject = { ...POD, spec: { containers: [{ name: 'w' }] } }

test('a server without a probe that becomes ready is current only when it has stayed so', () => {
  const step = (
    before: ReturnType<typeof waitedNow> | undefined,
    nowMs: number,
    readiness: Readiness = READY,
  ) => waitedNow(before, SERVER, { readiness, culprit: SERVER }, nowMs)
  const starting = step(undefined, 0, inProgress('starting'))
  const started = step(starting, 100)
  expect(started).toMatchObject({ readiness: { status: 'in-progress' }, settledAtMs: 2_100 })
  expect(step(started, 1_000)).toMatchObject({ settledAtMs: 2_100 })
  expect(step(started, 2_100).readiness).toEqual(READY)
  const crashed = step(started, 1_000, inProgress('crashed once'))
  expect(step(crashed, 1_500)).toMatchObject({ settledAtMs: 3_500 })
})

test('what was ready when the wait began is current at once', () => {
  expect(waitedNow(undefined, SERVER, { readiness: READY, culprit: SERVER }, 0).readiness).toBe(
    READY,
  )
})
