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
