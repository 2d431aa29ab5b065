/** What kind of failure; the words are stable, scripts may branch on them. */
export type SmokeErrorCode =
  | 'ERR_USAGE'
  | 'ERR_TOOL_MISSING'
  | 'ERR_ENGINE'
  | 'ERR_CONTEXT'
  | 'ERR_UNREACHABLE'
  | 'ERR_CLUSTER'
  | 'ERR_PERMISSION'
  | 'ERR_OCCUPIED'
  | 'ERR_IMAGE'
  | 'ERR_PROGRAM'
  | 'ERR_UNEXPECTED'
  | 'ERR_LEFT_BEHIND'

/** 2: nothing was tried because something is missing or wrong; 5: the cluster said no; 1: it was tried and failed. */
const EXIT_CODES: Partial<Readonly<Record<SmokeErrorCode, number>>> = {
  ERR_USAGE: 2,
  ERR_TOOL_MISSING: 2,
  ERR_ENGINE: 2,
  ERR_CONTEXT: 2,
  ERR_UNREACHABLE: 2,
  ERR_OCCUPIED: 2,
  ERR_PERMISSION: 5,
}

/** For what is only there as long as the run goes on. */
export const LOOK_AT_IT = 'to look at it, run again with --keep'

/** A failure that was foreseen; `hint` is the next thing to try. */
export class SmokeError extends Error {
  override readonly name = 'SmokeError'
  readonly code: SmokeErrorCode
  readonly hint: string | undefined
  readonly exitCode: number

  constructor(
    code: SmokeErrorCode,
    message: string,
    options: { readonly hint?: string; readonly exitCode?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.exitCode = options.exitCode ?? EXIT_CODES[code] ?? 1
  }
}
