import { expect, test } from 'vitest'
import type { Case } from './cell.ts'
import { goalsOf } from './goals.ts'

function measured(name: string, kubectl: number, helm = 0.001): Case {
  const three = { ours: 6, kubectl: 1, helm: 1 }
  return { name, ms: three, cpuMs: three, requests: three, ratio: { kubectl, helm } }
}

test('the worst case of a goal decides', () => {
  const cases = [measured('first/5/20ms', 0.9), measured('noop/5/20ms', 0.7)]
  expect(goalsOf({ cases, verdicts: [] })).toEqual([
    { goal: 'requests of a no-op or plan at most 8', result: '6', isMet: true },
    { goal: '5 objects at 20 ms, any phase / kubectl at most 1', result: '0.9', isMet: true },
    { goal: 'no-op of 5 at 20 ms / kubectl at most 0.5', result: '0.7', isMet: false },
  ])
})

test('a fraction is compared as it is, not as it is printed', () => {
  const goals = goalsOf({ cases: [measured('noop/1000/5ms', 0.0252, 0.0101)], verdicts: [] })
  expect(goals.map(({ isMet }) => isMet)).toEqual([true, false, false])
})

test('nothing is said about what was not measured', () => {
  expect(goalsOf({ cases: [], verdicts: [] })).toEqual([])
  expect(
    goalsOf({
      cases: [measured('heal/5/real', 1.1)],
      verdicts: [{ name: 'quota', seconds: 0.2, reason: 'x' }],
      start: { version: 1.1, get: 2.5 },
    }).map(({ isMet }) => isMet),
  ).toEqual([false, true, true, false])
})
