import type { ExitCode } from './exit-codes.ts'
import type { Detail, Step } from './log.ts'

/** What a failure means and what to do about it; the rule files are lists of these. */
export interface Verdict {
  /** What a script can branch on: `AADSTS700213`, `403/5302`, `ENOTFOUND`, `ERR_SETTINGS`. */
  readonly code: string
  readonly exitCode: ExitCode
  /** One clause without a full stop: what went wrong. */
  readonly what: string
  /** One sentence without a full stop: the next thing to do. */
  readonly fix: string
  /** Only for what is known to heal by itself: see `Passing`. */
  readonly retry?: Passing
}

/**
 * Why a failure may pass without anybody's doing: a change in the cloud is still `propagating`, or nobody has
 * answered at all, because the network of a young node or cluster is still `starting`.
 */
export type Passing = 'propagating' | 'starting'

/** A failure we foresaw and can explain. Anything else that is thrown is our own bug and ends with exit code 70. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
  readonly verdict: Verdict
  /** The facts to compare, printed one per line under the failure. */
  readonly details: readonly Detail[]
  /** Where in the chain; filled in by the step that failed. */
  step?: Step

  constructor(
    verdict: Verdict,
    options: { readonly details?: readonly Detail[]; readonly cause?: unknown } = {},
  ) {
    super(`${verdict.code}: ${verdict.what}`, { cause: options.cause })
    this.verdict = verdict
    this.details = options.details ?? []
  }
}
