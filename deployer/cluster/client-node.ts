// What client-node decides: contexts of merged files, exec plugins, auth providers, proxies. This module is imported
// dynamically, because the package costs 0.1 s and more at import, and names only what is used, so that a bundler can
// drop the rest.
import type { Agent, RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import type { Credentials } from './credentials.ts'

export { KubeConfig }

/** Credentials of the current context. */
export async function readCredentials(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
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
