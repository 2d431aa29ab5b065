import { X509Certificate } from 'node:crypto'
import { listen } from '../http.ts'
import type { Handler, NativeRequest } from '../http.ts'
import type { KeyPair } from '../tls.ts'
import { parseAccount } from './account.ts'
import type { Account, CosmosAccount } from './account.ts'
import { createGateway } from './gateway.ts'
import type { AuditRecord } from './gateway.ts'
import { createSigningKeys, keysAt } from './signing-keys.ts'
import type { ReadKeys } from './signing-keys.ts'
import type { Store } from './store.ts'
import { createEmbeddedStore } from './store/embedded.ts'
import { verifyToken } from './token.ts'

export type { CosmosAccount } from './account.ts'
export type { AuditRecord } from './gateway.ts'

/** What an account decides by, wherever it listens. */
export interface CosmosWorld {
  /** Asked at every request, so that a role can be taken away while it runs. */
  readonly account: () => CosmosAccount
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

export interface CosmosOptions extends CosmosWorld {
  /** The certificate's names are the hosts this account may be called by. */
  readonly tls: KeyPair
  /** Default: chosen by the system. */
  readonly port?: number
  /** The tenant whose tokens are believed, and where its signing keys are. */
  readonly authority: {
    readonly tenantId: string
    readonly jwksUrl: string
    readonly certificateAuthority: string
  }
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
  const { tenantId, jwksUrl, certificateAuthority } = options.authority
  const names = certificateNames(options.tls.cert)
  const audiences: string[] = []
  const handler = createCosmos({
    ...options,
    audiences,
    hosts: names,
    authority: {
      tenantId,
      origin: new URL(jwksUrl).origin,
      readKeys: keysAt({ url: jwksUrl, certificateAuthority }),
    },
  })
  const listener = await listen(handler, {
    tls: options.tls,
    port: options.port ?? 0,
    name: 'Cosmos DB',
  })
  // The own address is an audience too, and known only now.
  audiences.push(...names.map((name) => `https://${name}:${listener.port}`))
  audiences.push(...(options.audiences ?? []))
  return listener
}

/**
 * The same account without a listener.
 *
 * @param options.hosts Names it may be called by, lower case.
 * @param options.audiences Must hold the origins it is called by. They come from its owner, not from the Host header:
 *   a caller could otherwise name, as host, whatever service its token was really meant for.
 * @param options.authority.origin Of the token service: the issuer of its v2.0 tokens starts with it.
 * @throws {AccountError} if the declared account cannot exist.
 */
export function createCosmos(
  options: CosmosWorld & {
    readonly hosts: readonly string[]
    readonly authority: {
      readonly tenantId: string
      readonly origin: string
      readonly readKeys: ReadKeys
    }
  },
): Handler {
  const { now = Date.now, audiences = [], hosts, authority } = options
  const account = parsedOnChange(options.account)
  const { name } = account()
  // Entra writes ids in lower case, however they are declared.
  const tenantId = authority.tenantId.toLowerCase()
  const findKey = createSigningKeys({ read: authority.readKeys, now })
  const issuers = [
    `https://sts.windows.net/${tenantId}/`,
    `https://login.microsoftonline.com/${tenantId}/v2.0`,
    `${authority.origin}/${tenantId}/v2.0`,
  ]
  const gateway = createGateway({
    account,
    authenticate: (token) =>
      verifyToken(token, {
        accountName: name,
        tenantId,
        issuers,
        audiences: [...cloudAudiences(name), ...audiences],
        findKey,
        now,
      }),
    isOwnHost: (host) => hosts.includes(hostName(host)),
    policy: { accountReadScope: options.accountReadScope ?? 'any' },
    store: options.store ?? createEmbeddedStore({ account: options.account, now }),
    now,
    ...(options.onRequest && { onRequest: options.onRequest }),
  })
  return (request: Request, native?: NativeRequest) => gateway(request, native?.incoming?.url ?? '')
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

/** Names of the account in the cloud. */
function cloudAudiences(account: string): string[] {
  return [
    `https://${account}.documents.azure.com`,
    `https://${account}.sql.cosmos.azure.com`,
    `https://${account}.sqlx.cosmos.azure.com`,
    'https://cosmos.azure.com',
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
