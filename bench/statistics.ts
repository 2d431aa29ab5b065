/** The middle value; the mean of the two middle ones if their number is even. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return (low + high) / 2
}

/**
 * Median of the quotients of the same round: two programs that ran one after the other met the same machine, so a busy
 * minute moves both.
 */
export function pairedRatio(values: readonly number[], baseline: readonly number[]): number {
  return median(values.flatMap((value, round) => value / (baseline[round] ?? Number.NaN)))
}

/** The values in random order (Fisher-Yates). */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const left = [...values]
  return values.flatMap(() => left.splice(Math.floor(random() * left.length), 1))
}
