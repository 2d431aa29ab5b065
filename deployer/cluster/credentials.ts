import type { Agent, RequestOptions } from 'node:https'
import { DeployError } from '../core/errors.ts'

/** What a request needs beside method, path and body. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  /** Options of the TLS connection: authority, client certificate, server name. */
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername'>
  /** Set if the kubeconfig names a proxy. */
  readonly proxy?: Agent
}

/** Credentials of one context; `forget` after a 401, so that a new token is asked for. */
export interface CredentialSource {
  current(): Promise<Credentials>
  forget(): void
}

/** Rotated tokens are picked up after this time; exec plugins are started at most this often. */
const LIFETIME_MS = 30_000

/**
 * Credentials as they are read, again every half minute.
 *
 * Callers at the same moment share one answer: client-node would start an exec plugin once for each of them.
 *
 * @param context For messages.
 */
export function credentialSource(
  context: string,
  read: () => Promise<Credentials>,
  now: () => number,
): CredentialSource {
  let cached: { readonly value: Promise<Credentials>; readonly until: number } | undefined
  return {
    current: () => {
      if (!cached || cached.until <= now()) {
        const value = read().catch((cause: unknown) => {
          cached = undefined
          throw unreadable(context, cause as Error)
        })
        cached = { value, until: now() + LIFETIME_MS }
      }
      return cached.value
    },
    forget: () => {
      cached = undefined
    },
  }
}

function unreadable(context: string, cause: Error): DeployError {
  const { code, syscall, path } = cause as NodeJS.ErrnoException
  const isMissing = code === 'ENOENT' && path !== undefined
  const { reason, hint } = !isMissing
    ? { reason: cause.message.split('\n')[0] ?? '', hint: SIGN_IN }
    : syscall?.startsWith('spawn') === true
      ? { reason: `the program ${path} that signs in is not there`, hint: INSTALL }
      : { reason: `there is no file ${path}`, hint: WRITE_AGAIN }
  return new DeployError('ERR_KUBECONFIG', `context "${context}": no credentials: ${reason}`, {
    subject: context,
    hint,
    cause,
  })
}

const SIGN_IN = 'sign in again (az login, kubelogin), or write the kubeconfig again'
const INSTALL =
  'install it, or put its folder into PATH (kubelogin comes with az aks install-cli), or correct the name in the kubeconfig'
const WRITE_AGAIN = 'write the kubeconfig again, or correct the path in it'
