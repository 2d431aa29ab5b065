import { X509Certificate } from 'node:crypto'
import { listen } from '../http.ts'
import type { Handler } from '../http.ts'
import type { KeyPair } from '../tls.ts'
import { parseAccount } from './account.ts'
import type { Account, CosmosAccount } from './account.ts'
import { createGateway } from './gateway.ts'
import type { AuditRecord } from './gateway.ts'
import { createSigningKeys } from './signing-keys.ts'
import type { Store } from './store.ts'
import { createEmbeddedStore } from './store/embedded.ts'
import { verifyToken } from './token.ts'

export type { CosmosAccount } from './account.ts'
export type { AuditRecord } from './gateway.ts'

export interface CosmosOptions {
  /** The certificate's names are the hosts this account may be called by. */
  readonly tls: KeyPair
  /** Default: chosen by the system. */
  readonly port?: number
  /** Asked at every request, so that a role can be taken away while it runs. */
  readonly account: () => CosmosAccount
  /** The tenant whose tokens are believed, and where its signing keys are. */
  readonly authority: {
    readonly tenantId: string
    readonly jwksUrl: string
    readonly certificateAuthority: string
  }
  /** Besides the own origins, `https://cosmos.azure.com` and the account's names in the cloud. Exact. */
  readonly audiences?: readonly string[]
  /** Default `any`: see AccessPolicy. */
  readonly accountReadScope?: 'any' | 'account'
  /** Default: the embedded store, in memory. */
  readonly store?: Store
  readonly now?: () => number
  /** Called after each request, allowed or not. */
  readonly onRequest?: (record: AuditRecord) => void
}

/** A running account. */
export interface Cosmos {
  /** `https://127.0.0.1:PORT`, without a trailing slash: also the audience tokens must have. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves one Azure Cosmos DB for NoSQL account with local authorization disabled: an Entra token and native role
 * assignments decide, and keys are refused.
 *
 * @throws {AccountError} if the declared account cannot exist.
 * @throws {ListenError} if the port is taken.
 */
export async function startCosmos(options: CosmosOptions): Promise<Cosmos> {
  const now = options.now ?? Date.now
  const account = parsedOnChange(options.account)
  const { name } = account()
  const names = certificateNames(options.tls.cert)
  const { jwksUrl, certificateAuthority } = options.authority
  // Entra writes ids in lower case, however they are declared.
  const tenantId = options.authority.tenantId.toLowerCase()
  const findKey = createSigningKeys({ url: jwksUrl, certificateAuthority, now })
  const issuers = [
    `https://sts.windows.net/${tenantId}/`,
    `https://login.microsoftonline.com/${tenantId}/v2.0`,
    `${new URL(jwksUrl).origin}/${tenantId}/v2.0`,
  ]
  const audiences: string[] = []

  const gateway = createGateway({
    account,
    authenticate: (token) =>
      verifyToken(token, { accountName: name, tenantId, issuers, audiences, findKey, now }),
    isOwnHost: (host) => names.includes(hostName(host)),
    policy: { accountReadScope: options.accountReadScope ?? 'any' },
    store: options.store ?? createEmbeddedStore({ account: options.account, now }),
    now,
    ...(options.onRequest && { onRequest: options.onRequest }),
  })
  const handler: Handler = (request: Request, native?: NativeRequest) =>
    gateway(request, native?.incoming?.url ?? '')
  const listener = await listen(handler, {
    tls: options.tls,
    port: options.port ?? 0,
    name: 'Cosmos DB',
  })
  audiences.push(...acceptedAudiences(name, names, listener.port), ...(options.audiences ?? []))
  return listener
}

/** The HTTP adapter passes Node's own request beside the web one; only it still has the raw target. */
interface NativeRequest {
  readonly incoming?: { readonly url?: string }
}

/** Validates the declared account when it is another object than last time. */
function parsedOnChange(declared: () => CosmosAccount): () => Account {
  let last: { readonly declared: CosmosAccount; readonly account: Account } | undefined
  return () => {
    const current = declared()
    if (last?.declared !== current) last = { declared: current, account: parseAccount(current) }
    return last.account
  }
}

/**
 * Names of the account in the cloud, and its own origins here. They come from the certificate and the port, not
 * from the Host header: a caller could otherwise name, as host, whatever service its token was really meant for.
 */
function acceptedAudiences(account: string, names: readonly string[], port: number): string[] {
  return [
    `https://${account}.documents.azure.com`,
    `https://${account}.sql.cosmos.azure.com`,
    `https://${account}.sqlx.cosmos.azure.com`,
    'https://cosmos.azure.com',
    ...names.map((name) => `https://${name}:${port}`),
  ]
}

/** DNS names and IP addresses of a certificate, lower case. */
function certificateNames(cert: string): readonly string[] {
  const { subjectAltName } = new X509Certificate(cert)
  return (subjectAltName ?? '')
    .split(', ')
    .map((entry) => entry.replace(/^(?:DNS|IP Address):/, '').toLowerCase())
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}
