import type { LogEvent, Step } from './log.ts'
import { leftMs } from './run.ts'
import type { Run } from './run.ts'
import { unforeseen } from './failure.ts'
import { WorkerError } from './worker-error.ts'

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 10_000

/** What a step hands on, and what it says when it went well. */
export interface Done<T> extends Pick<LogEvent, 'code' | 'message' | 'facts'> {
  readonly value: T
}

/**
 * Walks one link of the chain: logs how it went, and tries again for as long as the failure is known to
 * pass and the deadline allows it. The first such failure shows its fix at once, because the reader may
 * know better than the clock.
 *
 * @throws {WorkerError} with `step` filled in, or the signal's reason if the run was stopped meanwhile.
 */
export async function walk<T>(
  run: Run,
  step: Step,
  action: () => Done<T> | Promise<Done<T>>,
): Promise<T> {
  let last: WorkerError | undefined
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { value, ...said } = await action()
      run.log({ status: 'ok', step, ...said })
      return value
    } catch (error) {
      run.signal.throwIfAborted()
      const failure = error instanceof WorkerError ? error : unforeseen(error)
      failure.step = step
      if (last === undefined || weight(failure) >= weight(last)) last = failure
      await waitOrThrow(run, { failure, toTell: last, attempt })
    }
  }
}

/**
 * What a failure is worth as the last word. An answer says more than the silence that follows it, and silence whose place
 * is known more than an attempt that the deadline cut off.
 */
function weight({ verdict: { code, retry } }: WorkerError): number {
  if (retry === 'starting') return 1
  return code === 'ERR_DEADLINE' ? 0 : 2
}

interface Failed {
  readonly failure: WorkerError
  /** What the run ends with if there is no time to try again. */
  readonly toTell: WorkerError
  readonly attempt: number
}

async function waitOrThrow(run: Run, { failure, toTell, attempt }: Failed): Promise<void> {
  const delayMs = backoffMs(attempt, run.random)
  const left = leftMs(run)
  const { code, what, fix, retry } = failure.verdict
  if (retry === undefined || left <= delayMs) throw toTell
  run.log({
    status: 'wait',
    ...(failure.step && { step: failure.step }),
    code,
    message: `${what}; perhaps still ${retry}`,
    facts: { attempt, next_in: seconds(delayMs), gives_up_in: seconds(left) },
    details: attempt === 1 ? [...failure.details, ['fix', fix]] : [],
  })
  await run.clock.sleep(delayMs, run.signal)
}

/**
 * Exponential back-off with jitter: doubles from 1 s to at most 10 s, times 0.5 up to 1, so that a hundred pods
 * started by one rollout do not come back together.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1))
  return Math.round(full * (0.5 + random() / 2))
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`
}
