import { access, constants, readFile } from 'node:fs/promises'
import { claimText, claimTimeMs, decodeClaims } from './jwt.ts'
import type { Claims } from './jwt.ts'
import { WorkerError } from './worker-error.ts'

/** What the pod's own token says about it; Entra compares the first three byte for byte. */
export interface PodToken {
  readonly issuer: string
  readonly subject: string
  readonly audience: string
  readonly expiresAtMs: number
}

/** Entra accepts clocks that differ by this much, so the worker does too. */
const CLOCK_SKEW_MS = 5 * 60_000

/**
 * The claims of the service-account token the kubelet keeps in a file. The token itself stays in here.
 *
 * @param now Milliseconds since the epoch.
 * @throws {WorkerError} exit code 20 if there is no token in the file, 22 if its time is not now.
 */
export async function readPodToken(path: string, now: number): Promise<PodToken> {
  const token = (await readTokenFile(path)).trim()
  if (token === '') throw unusable(path, 'ERR_TOKEN_FILE_EMPTY', 'the pod token file is empty')
  const claims = decodeClaims(token)
  if (claims === undefined) {
    throw unusable(path, 'ERR_TOKEN_FILE_INVALID', 'the pod token file holds no JSON web token')
  }
  return podToken(claims, now)
}

/**
 * Checks that the volume was injected with the variable that names it.
 *
 * @throws {WorkerError} exit code 20 if the file is not there or not readable by this user.
 */
export async function requireTokenFile(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
}

async function readTokenFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
}

function unreadable(path: string, cause: unknown): WorkerError {
  const { code } = cause as NodeJS.ErrnoException
  const name = code === 'EACCES' ? 'ERR_TOKEN_FILE_DENIED' : 'ERR_TOKEN_FILE_MISSING'
  return unusable(
    path,
    name,
    `the pod token file cannot be read (${code ?? 'unknown reason'})`,
    cause,
  )
}

const FIXES: Readonly<Record<string, string>> = {
  ERR_TOKEN_FILE_DENIED:
    "let the container's user read the projected volume: set securityContext.fsGroup or take the custom mount away",
  ERR_TOKEN_FILE_MISSING:
    'let the webhook inject the variable and the volume together: remove a hand-written AZURE_FEDERATED_TOKEN_FILE or mount, and create the pod again',
}

function unusable(path: string, code: string, what: string, cause?: unknown): WorkerError {
  const fix =
    FIXES[code] ?? 'mount the projected service-account token there, not a file of your own'
  return new WorkerError(
    { code, exitCode: 20, what, fix },
    { details: [['file', path]], ...(cause === undefined ? {} : { cause }) },
  )
}

/**
 * Checks the times and takes out what is shown.
 *
 * @throws {WorkerError} ERR_TOKEN_EXPIRED or ERR_TOKEN_NOT_YET_VALID, exit code 22.
 */
export function podToken(claims: Claims, now: number): PodToken {
  const token = {
    issuer: claimText(claims, 'iss') ?? '(none)',
    subject: claimText(claims, 'sub') ?? '(none)',
    audience: claimText(claims, 'aud') ?? '(none)',
    expiresAtMs: claimTimeMs(claims, 'exp') ?? 0,
  }
  const validFromMs = claimTimeMs(claims, 'nbf') ?? claimTimeMs(claims, 'iat') ?? 0
  if (token.expiresAtMs <= now) {
    throw wrongTime('ERR_TOKEN_EXPIRED', 'the pod token has expired', token.expiresAtMs, now)
  }
  if (validFromMs > now + CLOCK_SKEW_MS) {
    throw wrongTime('ERR_TOKEN_NOT_YET_VALID', 'the pod token is not valid yet', validFromMs, now)
  }
  return token
}

function wrongTime(code: string, what: string, limitMs: number, now: number): WorkerError {
  return new WorkerError(
    {
      code,
      exitCode: 22,
      what,
      fix: "compare the clock of the node with the API server's; if they agree, the kubelet has stopped renewing the token: look at its log",
    },
    {
      details: [
        ['token', new Date(limitMs).toISOString()],
        ['this pod', new Date(now).toISOString()],
      ],
    },
  )
}
