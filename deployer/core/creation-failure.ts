import { failed } from './readiness-result.ts'
import type { Failure, FailureCause } from './readiness-result.ts'

interface Rule {
  readonly pattern: RegExp
  readonly cause: FailureCause
  readonly graceMs: number
}

/** Quota may become free, a webhook may come up, an account may be on its way: a short time is given. */
const RULES: readonly Rule[] = [
  { pattern: /exceeded quota|failed quota/, cause: 'quota', graceMs: 5_000 },
  { pattern: /violates PodSecurity/, cause: 'admission', graceMs: 0 },
  { pattern: /ValidatingAdmissionPolicy '/, cause: 'admission', graceMs: 0 },
  { pattern: /failed calling webhook/, cause: 'admission', graceMs: 5_000 },
  { pattern: /admission webhook|denied the request/, cause: 'admission', graceMs: 2_000 },
  { pattern: /error looking up service account/, cause: 'service-account', graceMs: 5_000 },
  { pattern: /is invalid:/, cause: 'create-refused', graceMs: 0 },
]
const OTHER = { cause: 'create-refused', graceMs: 5_000 } as const

/**
 * Why a controller may not create its pods, by the API server's refusal.
 *
 * @param message Of the condition ReplicaFailure or the event FailedCreate; both carry the refusal word for word.
 */
export function creationFailure(message: string): Failure {
  const { cause, graceMs } = RULES.find(({ pattern }) => pattern.test(message)) ?? OTHER
  return failed(cause, message, graceMs)
}
