import { setTimeout as sleep } from 'node:timers/promises'
import { connectionError } from './connection-error.ts'
import type { CredentialSource, Credentials } from './credentials.ts'

const MAX_ATTEMPTS = 5
const MAX_PAUSE_MS = 10_000

/** The part of a request that decides whether it may be sent again. */
export interface RequestLine {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Path with query. */
  readonly path: string
  /** Then a 5xx is the caller's: a watch lists again, and the log of a dead node would delay a verdict. */
  readonly isStream?: boolean
}

/** The part of an answer that decides whether it is asked for again. */
export interface Head {
  readonly status: number
  readonly retryAfter: string | undefined
  /** It will be the same every time, whatever its status says. */
  readonly isFinal?: boolean
}

/**
 * Makes attempts until there is an answer to keep: 429, 5xx and broken connections are tried again, at most five times in
 * all, after the server's Retry-After; a 401 once, with fresh credentials. `discard` gets each answer that is not the last.
 *
 * @throws {DeployError} `ERR_UNREACHABLE`, `ERR_TLS` or `ERR_KUBECONFIG` if no answer came; the reason of the signal.
 */
export function persistence(server: string, credentials: CredentialSource) {
  // Once somebody was there, a server that refuses connections is one that starts again; before, it is not there.
  let wasReached = false
  return async <T extends Head>(
    request: RequestLine,
    signal: AbortSignal,
    attempt: (current: Credentials) => Promise<T>,
    discard: (answer: T) => void = () => undefined,
  ): Promise<T & { readonly attempts: number }> => {
    let unauthorized = false
    for (let count = 1; ; count += 1) {
      const answer = await unlessAborted(credentials.current(), signal)
        .then(attempt)
        .catch((error: unknown) => {
          signal.throwIfAborted()
          wasReached ||= (error as NodeJS.ErrnoException).code === 'ECONNRESET'
          if (count >= MAX_ATTEMPTS || !isPassing(error, request, wasReached)) {
            throw connectionError(error, server)
          }
          return undefined
        })
      wasReached ||= answer !== undefined
      const isExpired = answer?.status === 401 && !unauthorized
      if (answer && !isExpired && (!isBusy(answer, request) || count >= MAX_ATTEMPTS)) {
        return { ...answer, attempts: count }
      }
      if (answer) discard(answer)
      if (isExpired) {
        unauthorized = true
        credentials.forget()
      } else {
        await sleep(pauseMs(answer?.retryAfter, count), undefined, { signal })
      }
    }
  }
}

/** An exec plugin may wait for somebody to sign in; whoever asked need not wait for it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Whether a connection that failed is worth another: one that was refused has carried nothing. */
function isPassing(error: unknown, request: RequestLine, wasReached: boolean): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ECONNREFUSED') return wasReached
  return isRepeatable(request) && ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(code)
}

/** 429 says that nothing happened; a 5xx does not. */
function isBusy({ status, isFinal }: Head, request: RequestLine): boolean {
  if (status === 429) return true
  if (isFinal === true) return false
  return [500, 502, 503, 504].includes(status) && isRepeatable(request) && !request.isStream
}

/** A create may have happened although its answer was lost; everything else we send may happen twice. */
function isRepeatable({ method, path }: RequestLine): boolean {
  return method !== 'POST' || /[?&]dryRun=All/.test(path) || path.includes('/authorization.k8s.io/')
}

function pauseMs(retryAfter: string | undefined, attempt: number): number {
  const seconds = Number(retryAfter)
  const asked = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 100 * 2 ** attempt
  return Math.min(asked, MAX_PAUSE_MS)
}
