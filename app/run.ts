import type { Log } from './log.ts'
import type { Environment, Settings } from './settings.ts'

/** Time, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What every part of one run shares. */
export interface Run {
  readonly settings: Settings
  readonly env: Environment
  readonly clock: Clock
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number
  /** Aborted by SIGTERM or SIGINT, with a `Stopped` as reason. */
  readonly signal: AbortSignal
  readonly log: Log
  /** Milliseconds since the epoch after which the document under way is given up. */
  readonly deadlineAt: number
}

/** Until the document under way is given up; less than nothing once it is. */
export function leftMs({ deadlineAt, clock }: Run): number {
  return deadlineAt - clock.now()
}

/** Somebody asked the worker to end; the reason of an aborted `Run.signal`. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly by: 'SIGTERM' | 'SIGINT'

  constructor(by: 'SIGTERM' | 'SIGINT') {
    super(`stopped by ${by}`)
    this.by = by
  }
}
