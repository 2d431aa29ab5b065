import type { Agent, RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
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
 * Credentials as the kubeconfig says, asked for again every half minute.
 *
 * Callers at the same moment share one answer: client-node would start an exec plugin once for each of them.
 */
export function credentialSource(config: KubeConfig, now: () => number): CredentialSource {
  let cached: { readonly value: Promise<Credentials>; readonly until: number } | undefined
  return {
    current: () => {
      if (!cached || cached.until <= now()) {
        const value = read(config)
        value.catch(() => {
          cached = undefined
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

async function read(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0] ?? ''
    throw new DeployError(
      'ERR_KUBECONFIG',
      `context "${config.getCurrentContext()}": no credentials: ${reason}`,
      {
        subject: config.getCurrentContext(),
        hint: 'sign in again (az login, kubelogin), or write the kubeconfig again',
        cause,
      },
    )
  }
  const { headers, auth, ca, cert, key, pfx, passphrase, servername } = options
  return {
    headers: {
      ...(headers as Readonly<Record<string, string>> | undefined),
      ...(typeof auth === 'string'
        ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` }
        : {}),
    },
    tls: defined({ ca, cert, key, pfx, passphrase, servername }),
    ...(config.getCurrentCluster()?.proxyUrl ? { proxy: options.agent as Agent } : {}),
  }
}

function defined(options: Readonly<Record<string, unknown>>): Credentials['tls'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
