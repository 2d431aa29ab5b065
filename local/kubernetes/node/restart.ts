import { goDuration, heldUntil } from './back-off.ts'
import type { BackOff, BackOffLimits } from './back-off.ts'
import type { RestartPolicy } from './pod.ts'

/** What the node knows of one container when it decides whether to start it. */
export interface Ended {
  readonly exitCode: number
  /** Milliseconds since the epoch. */
  readonly finishedAt: number
}

export type RestartDecision =
  | { readonly action: 'start' }
  | { readonly action: 'hold'; readonly until: number; readonly delay: string }
  | { readonly action: 'done' }

/**
 * Whether a container that is not running is started now, later or never again.
 *
 * The first restart is immediate: the delay begins with the second, and a container that ended well under `Always` is
 * held back like one that failed.
 *
 * @param ended Its last run; undefined if it never ran.
 */
export function restartDecision(
  policy: RestartPolicy,
  ended: Ended | undefined,
  given: {
    readonly backOff: BackOff | undefined
    readonly limits: BackOffLimits
    readonly now: number
  },
): RestartDecision {
  if (ended === undefined) return { action: 'start' }
  if (!isRestarted(policy, ended.exitCode)) return { action: 'done' }
  const { backOff, limits, now } = given
  const until = heldUntil(backOff, limits, { at: ended.finishedAt, now })
  if (until === undefined || backOff === undefined) return { action: 'start' }
  return { action: 'hold', until, delay: goDuration(backOff.delayMs) }
}

/** Whether the policy starts a container again after this exit code. */
export function isRestarted(policy: RestartPolicy, exitCode: number): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

/** An init container that ended well stays so; otherwise `Always` means `OnFailure` for it. */
export function initPolicy(policy: RestartPolicy): RestartPolicy {
  return policy === 'Always' ? 'OnFailure' : policy
}
