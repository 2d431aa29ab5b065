/** How often one object was put back in a row. */
export interface Pace {
  readonly times: number
  /** When it was last put back, in milliseconds since the Unix epoch. */
  readonly lastMs: number
}

const FREE_TIMES = 3
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 300_000
/** A row ends when nothing had to be put back for this time, or for twice the pause, whichever is longer. */
const CALM_MS = 60_000

/**
 * How long to leave an object alone before it is put back once more.
 *
 * The first three times nothing waits: a person who edits learns at once. Whoever comes a fourth time within a minute is
 * a program that wants something else, and two programs that write as fast as they can would bury the API server. From
 * then on the pause doubles, from one second up to five minutes.
 *
 * @returns Milliseconds; 0 to act now.
 */
export function pauseMs(pace: Pace | undefined, now: number): number {
  if (!pace || isCalm(pace, now)) return 0
  return Math.max(0, pace.lastMs + pauseAfter(pace.times) - now)
}

/** The row after one more time. */
export function onceMore(pace: Pace | undefined, now: number): Pace {
  return { times: !pace || isCalm(pace, now) ? 1 : pace.times + 1, lastMs: now }
}

function isCalm({ times, lastMs }: Pace, now: number): boolean {
  return now - lastMs > Math.max(CALM_MS, 2 * pauseAfter(times))
}

function pauseAfter(times: number): number {
  return times < FREE_TIMES ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (times - FREE_TIMES), MAX_PAUSE_MS)
}
