/** How long one thing is being held back; `since` is when the delay was last raised, in milliseconds. */
export interface BackOff {
  readonly delayMs: number
  readonly since: number
}

/** First and longest delay. The kubelet's are 10 s and 5 min, for restarts and for image pulls alike. */
export interface BackOffLimits {
  readonly firstMs: number
  readonly longestMs: number
}

/**
 * The next delay: doubled up to the longest, or the first one again when `at` is twice the longest after the last raise.
 *
 * @param at What the delay counts from (a container's end, a failed pull), in milliseconds.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
export function raise(
  current: BackOff | undefined,
  { firstMs, longestMs }: BackOffLimits,
  { at, now }: { readonly at: number; readonly now: number },
): BackOff {
  if (current === undefined || at - current.since > longestMs * 2) {
    return { delayMs: firstMs, since: now }
  }
  return { delayMs: Math.min(current.delayMs * 2, longestMs), since: now }
}

/** Until when something that failed at `at` is held back, or undefined if it may be tried now. */
export function heldUntil(
  current: BackOff | undefined,
  { longestMs }: BackOffLimits,
  { at, now }: { readonly at: number; readonly now: number },
): number | undefined {
  if (current === undefined || at - current.since > longestMs * 2) return undefined
  const until = at + current.delayMs
  return now < until ? until : undefined
}

/** A duration as Go prints it: `100ms`, `10s`, `1m20s`, `5m0s`. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 1000) return `${ms}ms`
  const minutes = Math.floor(ms / 60_000)
  const seconds = (ms % 60_000) / 1000
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`
}
