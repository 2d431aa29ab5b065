import type { ExitCode } from './exit-codes.ts'
import { unforeseen } from './failure.ts'
import { safe } from './log.ts'
import type { Log } from './log.ts'
import { Stopped } from './run.ts'
import { WorkerError } from './worker-error.ts'

/** How the worker ended: the number for scripts, and the sentences `kubectl describe pod` shows. */
export interface Outcome {
  readonly exitCode: ExitCode
  /** The last line of the log. */
  readonly summary: string
  /** The document that is in the container, in once mode. */
  readonly id?: string
  /** The termination message; may have several lines. */
  readonly verdict: string
}

/** A good end. */
export function success(summary: string, id?: string): Outcome {
  if (id === undefined) return { exitCode: 0, summary, verdict: summary }
  return { exitCode: 0, summary, id, verdict: `${summary}, id ${id}` }
}

/** Whatever was thrown, as an end; a stop is not a failure of anything, but the document is missing. */
export function failed(error: unknown): Outcome {
  if (error instanceof Stopped) {
    const exitCode = error.by === 'SIGINT' ? 130 : 143
    const summary = `${error.message} before the document was written`
    return { exitCode, summary, verdict: summary }
  }
  const failure = asFailure(error)
  const { code, exitCode, what, fix } = failure.verdict
  const at = failure.step === undefined ? '' : ` at "${failure.step}"`
  const details = failure.details.map(([key, value]) => `${key}: ${value}`)
  return {
    exitCode,
    summary: `${code}${at}`,
    verdict: [`${code}${at}: ${what}`, `fix: ${fix}`, ...details].map(safe).join('\n'),
  }
}

/** Logs one failure as one block: what, where in the chain, why, the fix, the code. */
export function reportFailure(log: Log, error: unknown): void {
  if (error instanceof Stopped) return
  const { step, verdict, details } = asFailure(error)
  log({
    status: 'fail',
    ...(step && { step }),
    code: verdict.code,
    message: verdict.what,
    details: [...details, ['fix', verdict.fix], ['exit', verdict.exitCode]],
  })
}

function asFailure(error: unknown): WorkerError {
  return error instanceof WorkerError ? error : unforeseen(error)
}

/** What the kubelet keeps of a termination message. */
const MAX_MESSAGE_BYTES = 4096

/**
 * The verdict cut to what the kubelet keeps, between two characters.
 *
 * @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function terminationMessage(outcome: Outcome): string {
  const text = Buffer.from(`exit ${outcome.exitCode}: ${outcome.verdict}\n`, 'utf8')
  if (text.length <= MAX_MESSAGE_BYTES) return text.toString('utf8')
  return text
    .subarray(0, MAX_MESSAGE_BYTES)
    .toString('utf8')
    .replace(/\uFFFD$/, '')
}
