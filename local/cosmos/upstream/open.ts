import { setTimeout as delay } from 'node:timers/promises'
import { UpstreamError } from './upstream-error.ts'

/** How long to wait for an emulator, and who is told. */
export interface OpenOptions {
  /** Ends the wait; then its reason is thrown. */
  readonly signal: AbortSignal
  /** Default 120 s: the image starts in seconds, on a busy machine in a minute. */
  readonly timeoutMs?: number
  /** Told of every change, one line each. */
  readonly onChange?: (line: string) => void
}

const DEFAULT_TIMEOUT_MS = 120_000
const PAUSE_MS = 500

/**
 * Tries until it works.
 *
 * @throws {UpstreamError} at once for what no waiting mends, and for the rest when the time is over.
 */
export async function waitUntil(
  attempt: (signal: AbortSignal) => Promise<void>,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, onChange }: OpenOptions,
  origin: string,
): Promise<void> {
  const timer = AbortSignal.timeout(timeoutMs)
  const either = AbortSignal.any([signal, timer])
  let last: UpstreamError | undefined
  for (;;) {
    try {
      await attempt(either)
      return
    } catch (error) {
      signal.throwIfAborted()
      if (timer.aborted) throw timeUp(origin, { timeoutMs, last: last ?? error })
      if (!(error instanceof UpstreamError) || !error.mayPass) throw error
      if (error.reason !== last?.reason) onChange?.(`emulator ${origin}: ${error.reason}; waiting`)
      last = error
    }
    await delay(PAUSE_MS, undefined, { signal: either }).catch(() => undefined)
  }
}

function timeUp(
  origin: string,
  { timeoutMs, last }: { readonly timeoutMs: number; readonly last: unknown },
): UpstreamError {
  const known = last instanceof UpstreamError ? last : undefined
  return new UpstreamError(`emulator ${origin}`, {
    reason: `not ready after ${timeoutMs / 1000} s: ${known?.reason ?? 'it does not answer'}`,
    next: known?.next ?? 'look at the log of the emulator',
    mayPass: true,
    cause: last,
  })
}
