import type { KubeObject } from './object.ts'
import type { Readiness } from './readiness-result.ts'
import type { Verdict } from './verdict.ts'

/** The last that was seen of an object that is waited for. */
export interface Waited {
  readonly object: KubeObject
  readonly readiness: Readiness
  /** Whose state it is: the object itself, or a ReplicaSet or pod of its. */
  readonly culprit: KubeObject
  /** Since when it has failed for this cause, on the caller's clock. */
  readonly failedSinceMs?: number
}

/** Takes a new verdict over; a failure that goes on for the same cause keeps its beginning. */
export function waitedNow(
  before: Waited | undefined,
  object: KubeObject,
  { readiness, culprit }: Verdict,
  nowMs: number,
): Waited {
  if (readiness.status !== 'failed') return { object, readiness, culprit }
  const isSame = before?.readiness.status === 'failed' && before.readiness.cause === readiness.cause
  return { object, readiness, culprit, failedSinceMs: (isSame && before.failedSinceMs) || nowMs }
}

/** When a failure's grace is over, on the clock of `failedSinceMs`; undefined for what has not failed. */
export function graceEnd({ readiness, failedSinceMs }: Waited): number | undefined {
  return readiness.status === 'failed' && failedSinceMs !== undefined
    ? failedSinceMs + readiness.graceMs
    : undefined
}

/** Whether there is nothing left to hope for. */
export function isHopeless(waited: Waited, nowMs: number): boolean {
  const end = graceEnd(waited)
  return end !== undefined && nowMs >= end
}
