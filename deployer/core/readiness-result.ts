/** What kind of hopelessness it is; a script branches on it, a person reads the reason. */
export type FailureCause =
  | 'image-pull'
  | 'container-config'
  | 'container-start'
  | 'container-ended'
  | 'crash-loop'
  | 'init-container'
  | 'unschedulable'
  | 'mount'
  | 'identity'
  | 'quota'
  | 'admission'
  | 'service-account'
  | 'create-refused'
  | 'job-failed'
  | 'deadline'
  | 'pod-failed'
  | 'stalled'
  | 'refused'
  | 'deleted'

/** A state that does not become better by waiting, or only within `graceMs`. */
export interface Failure {
  readonly status: 'failed'
  readonly cause: FailureCause
  /** The server's own message. */
  readonly reason: string
  /** How long it may still pass by itself; 0 ends the wait at once. */
  readonly graceMs: number
}

/** How ready one live object is; `reason` is the server's own message. */
export type Readiness =
  | { readonly status: 'current'; readonly reason?: string }
  | { readonly status: 'in-progress'; readonly reason: string }
  | Failure
  | { readonly status: 'terminating' }

export function inProgress(reason: string): Readiness {
  return { status: 'in-progress', reason }
}

export function failed(cause: FailureCause, reason: string, graceMs = 0): Failure {
  return { status: 'failed', cause, reason, graceMs }
}
