import type { KubeObject } from './object.ts'
import { inProgress } from './readiness-result.ts'
import type { Readiness } from './readiness-result.ts'
import { settleMs } from './settling.ts'
import type { Verdict } from './verdict.ts'

/** The last that was seen of an object that is waited for. */
export interface Waited {
  readonly object: KubeObject
  readonly readiness: Readiness
  /** Whose state it is: the object itself, or a ReplicaSet or pod of its. */
  readonly culprit: KubeObject
  /** Since when it has failed for this cause, on the caller's clock. */
  readonly failedSinceMs?: number
  /** It is ready and must stay so until then, on the same clock. */
  readonly settledAtMs?: number
}

/**
 * Takes a new verdict over. A failure that goes on for the same cause keeps its beginning; what becomes ready during
 * the wait, and may only seem so, is in progress until it has settled.
 */
export function waitedNow(
  before: Waited | undefined,
  object: KubeObject,
  { readiness, culprit }: Verdict,
  nowMs: number,
): Waited {
  if (readiness.status === 'failed') {
    const isSame =
      before?.readiness.status === 'failed' && before.readiness.cause === readiness.cause
    return { object, readiness, culprit, failedSinceMs: (isSame && before.failedSinceMs) || nowMs }
  }
  const settledAtMs = readiness.status === 'current' ? settledAt(before, object, nowMs) : nowMs
  return settledAtMs > nowMs
    ? { object, readiness: inProgress(SETTLING), culprit, settledAtMs }
    : { object, readiness, culprit }
}

const SETTLING = 'available; without a readiness probe it must stay so for 2 s'

/** What was ready when the wait began has settled long ago. */
function settledAt(before: Waited | undefined, object: KubeObject, nowMs: number): number {
  if (before === undefined || before.readiness.status === 'current') return nowMs
  return before.settledAtMs ?? nowMs + settleMs(object)
}

/** When it is to be looked at again although nothing has changed; undefined for what has neither grace nor to settle. */
export function nextLookMs(waited: Waited): number | undefined {
  return graceEnd(waited) ?? waited.settledAtMs
}

function graceEnd({ readiness, failedSinceMs }: Waited): number | undefined {
  return readiness.status === 'failed' && failedSinceMs !== undefined
    ? failedSinceMs + readiness.graceMs
    : undefined
}

/** Whether there is nothing left to hope for. */
export function isHopeless(waited: Waited, nowMs: number): boolean {
  const end = graceEnd(waited)
  return end !== undefined && nowMs >= end
}
