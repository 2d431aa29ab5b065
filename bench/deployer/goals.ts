import type { Case } from './cell.ts'
import type { Start } from './start.ts'
import type { Verdict } from './verdicts.ts'

/** What was measured; a part that was left out is empty. */
export interface Measured {
  readonly cases: readonly Case[]
  readonly verdicts: readonly Verdict[]
  readonly start?: Start | undefined
}

/** One goal beside what came out. */
export interface Goal {
  readonly goal: string
  readonly result: string
  readonly isMet: boolean
}

/** The goals that this measurement can speak about. */
export function goalsOf({ cases, verdicts, start }: Measured): readonly Goal[] {
  const named = (pattern: RegExp) => cases.filter(({ name }) => pattern.test(name))
  const requests = named(/^(noop|plan)\/\d+\/\d+ms$/).map((one) => one.requests.ours)
  return [
    atMost('requests of a no-op or plan', requests, 8),
    atMost('no-op of 1000 at 5 ms / kubectl', vsKubectl(named(/^noop\/1000\/5ms$/)), 1 / 40),
    atMost(
      'no-op of 1000 at 5 ms / helm',
      named(/^noop\/1000\/5ms$/).map(({ ratio }) => ratio.helm),
      1 / 100,
    ),
    atMost('first deploy of 100 at 20 ms / kubectl', vsKubectl(named(/^first\/100\/20ms$/)), 1 / 5),
    atMost('5 objects at 20 ms, any phase / kubectl', vsKubectl(named(/\/5\/20ms$/)), 1),
    atMost('no-op of 5 at 20 ms / kubectl', vsKubectl(named(/^noop\/5\/20ms$/)), 1 / 2),
    atMost('real kube-apiserver, any phase / kubectl', vsKubectl(named(/\/real$/)), 1),
    atMost(
      'seconds to a verdict',
      verdicts.map(({ seconds }) => seconds),
      1,
    ),
    atMost('--version / kubectl', start ? [start.version] : [], 1.15),
    atMost('one GET / kubectl', start ? [start.get] : [], 2.4),
  ].flat()
}

function vsKubectl(cases: readonly Case[]): readonly number[] {
  return cases.map(({ ratio }) => ratio.kubectl)
}

/** The worst value counts; of nothing, nothing is said. */
function atMost(what: string, values: readonly number[], limit: number): readonly Goal[] {
  if (values.length === 0) return []
  const worst = Math.max(...values)
  return [
    {
      goal: `${what} at most ${rounded(limit)}`,
      result: rounded(worst),
      isMet: worst <= limit,
    },
  ]
}

function rounded(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
