/** Exit code of each foreseen failure: 1 failed · 2 usage or configuration · 3 not ready in time · 4 field conflict · 5 refused by the cluster. */
const EXIT_CODES = {
  ERR_USAGE: 2,
  ERR_ENVIRONMENT: 2,
  ERR_MANIFEST: 2,
  ERR_KUBECONFIG: 2,
  ERR_CONTEXT: 2,
  ERR_NOT_CONFIRMED: 2,
  ERR_UNKNOWN_KIND: 2,
  ERR_REPLACES_ALL: 2,
  ERR_UNREACHABLE: 1,
  ERR_TLS: 1,
  ERR_API: 1,
  ERR_NOT_FOUND: 1,
  ERR_ADOPT: 1,
  ERR_FOREIGN_OWNER: 1,
  ERR_PLAN_CHANGED: 1,
  ERR_OBJECT_FAILED: 1,
  ERR_LEFT_BEHIND: 1,
  ERR_NOT_READY: 3,
  ERR_FIELD_CONFLICT: 4,
  ERR_UNAUTHORIZED: 5,
  ERR_FORBIDDEN: 5,
  ERR_ADMISSION: 5,
  ERR_INVALID: 5,
  ERR_INTERRUPTED: 130,
} as const

export type ErrorCode = keyof typeof EXIT_CODES

/** What is known beside the message. */
export interface ErrorDetails {
  /** `Kind/namespace/name`, a file, or a context. */
  readonly subject?: string
  /** The next thing to try, one line each. */
  readonly hint?: string
  readonly cause?: unknown
}

/** A failure that was foreseen and can be explained; anything else that is thrown is our own bug. */
export class DeployError extends Error {
  override readonly name = 'DeployError'
  readonly code: ErrorCode
  readonly subject: string | undefined
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.subject = details.subject
    this.hint = details.hint
  }
}

/** Whether something thrown is a foreseen failure of one of these codes. */
export function isFailure(error: unknown, ...codes: readonly ErrorCode[]): error is DeployError {
  return error instanceof DeployError && codes.includes(error.code)
}

/** The process exit code a failure ends with. */
export function exitCode(code: ErrorCode): number {
  return EXIT_CODES[code]
}

/** The same error with a next step, if it says that something is not there and has none; any other as it is. */
export function withStepToMake(error: unknown, hint: string): unknown {
  if (!(error instanceof DeployError)) return error
  if (error.code !== 'ERR_NOT_FOUND' || error.hint !== undefined) return error
  const { code, message, subject } = error
  return new DeployError(code, message, {
    ...(subject === undefined ? {} : { subject }),
    hint,
    cause: error,
  })
}
