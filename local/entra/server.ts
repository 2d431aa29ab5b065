import { listen } from '../http.ts'
import type { Handler } from '../http.ts'
import type { KeyPair } from '../tls.ts'
import { jsonAnswer, newTrace, notHereAnswer, refusalAnswer } from './answer.ts'
import type { Trace } from './answer.ts'
import { exchangeEvent, withoutSecrets } from './audit.ts'
import type { ExchangeEvent } from './audit.ts'
import { checkDirectory, isTenant } from './directory.ts'
import type { EntraDirectory } from './directory.ts'
import { instanceDiscovery, keySet, openidConfiguration } from './discovery.ts'
import { Refusal, refuse } from './errors.ts'
import type { IssuerSource } from './issuer-documents.ts'
import { createKeyFinder } from './issuer-keys.ts'
import { createSigningKey } from './signing-key.ts'
import { answerTokenRequest } from './token-endpoint.ts'
import type { Fault, TokenWorld } from './token-endpoint.ts'

export type { ExchangeEvent } from './audit.ts'
export type { EntraDirectory } from './directory.ts'
export type { IssuerSource } from './issuer-documents.ts'

/** What a token service decides by, wherever it listens. */
export interface EntraWorld {
  /** Asked at every request; checked at start only, so whoever changes it later keeps it valid. */
  readonly directory: () => EntraDirectory
  /** Asked whenever an issuer's keys are needed. */
  readonly issuers: () => readonly IssuerSource[]
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number
  /** Told of every token request once it is decided, and of a tenant that is refused before; never sees an assertion or a token. */
  readonly onExchange?: (event: ExchangeEvent) => void
  /** Asked before every token request; what it returns is answered instead. */
  readonly fault?: () => Fault | undefined
}

export interface EntraOptions extends EntraWorld {
  /** Its certificate must name the host that pods are given as AZURE_AUTHORITY_HOST. */
  readonly tls: KeyPair
  /** Default: chosen by the system. */
  readonly port?: number
}

/** A running stand-in. AZURE_AUTHORITY_HOST is `${url}/`; access tokens verify with `${url}/${tenantId}/discovery/v2.0/keys`. */
export interface Entra {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves one tenant's token exchange on 127.0.0.1: federated credentials of managed identities, and nothing else.
 *
 * @throws {DirectoryError} naming every problem of the directory.
 * @throws {ListenError} if the port is taken.
 */
export async function startEntra(options: EntraOptions): Promise<Entra> {
  const { tls, port = 0 } = options
  return listen(await createEntra(options), { tls, port, name: 'Entra' })
}

/**
 * The same token service without a listener; the request's own origin stands in its documents.
 *
 * @throws {DirectoryError} naming every problem of the directory.
 */
export async function createEntra(options: EntraWorld): Promise<Handler> {
  const { directory, issuers, now = Date.now } = options
  checkDirectory(directory())
  const world: TokenWorld = {
    directory,
    now,
    keys: createKeyFinder({ issuers, now }),
    signingKey: await createSigningKey(now()),
    onExchange: options.onExchange ?? (() => {}),
    fault: options.fault ?? (() => undefined),
  }
  return createHandler(world)
}

/**
 * Paths are compared in their own letter case, which Entra may forgive; the tenant in it is not case-sensitive.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints
 */
function createHandler(world: TokenWorld): Handler {
  return (request) => {
    const url = new URL(request.url)
    const path = url.pathname
    const [, segment = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(path) ?? []
    const tenant = decoded(segment)
    if (rest === 'oauth2/v2.0/token') return answerTokenRequest(request, tenant, world)

    const trace = newTrace(world.now())
    if (rest.startsWith('oauth2/')) {
      return notHereAnswer(
        `of Entra's endpoints only oauth2/v2.0/token is here, not ${path}`,
        trace,
      )
    }
    const document = documents(world, url).get(path.startsWith('/discovery/') ? path : rest)
    if (!document) return new Response(null, { status: 404 })
    if (request.method !== 'GET')
      return new Response(null, { status: 405, headers: { allow: 'GET' } })
    return answerDocument(document, tenant, { world, trace })
  }
}

interface Document {
  /** `common` means that the document is the same for every tenant. */
  readonly of: 'tenant' | 'common' | 'any'
  readonly body: (directory: EntraDirectory) => object
}

function documents(world: TokenWorld, url: URL): ReadonlyMap<string, Document> {
  const { origin } = url
  const keys: Document = { of: 'any', body: (directory) => keySet(directory, world.signingKey) }
  const configuration = (version: 'v1.0' | 'v2.0'): Document => ({
    of: 'tenant',
    body: (directory) => openidConfiguration(directory, { origin, version }),
  })
  return new Map<string, Document>([
    ['v2.0/.well-known/openid-configuration', configuration('v2.0')],
    ['.well-known/openid-configuration', configuration('v1.0')],
    ['discovery/v2.0/keys', { ...keys, of: 'tenant' }],
    ['discovery/keys', { ...keys, of: 'tenant' }],
    ['/discovery/v2.0/keys', keys],
    ['/discovery/keys', keys],
    ['discovery/instance', { of: 'common', body: () => instanceDiscovery(url) }],
  ])
}

function answerDocument(
  { of, body }: Document,
  tenant: string,
  { world, trace }: { readonly world: TokenWorld; readonly trace: Trace },
): Response {
  const directory = world.directory()
  try {
    if (of === 'common' && tenant !== 'common') return new Response(null, { status: 404 })
    if (of === 'tenant' && !isTenant(directory, tenant)) throw refuse(90002, { tenant })
    return jsonAnswer(200, body(directory), trace)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // an SDK asks for these documents first, and goes no further with a tenant that is not here
    const { now, correlationId } = trace
    const facts = { time: new Date(now).toISOString(), tenant, resource: undefined, correlationId }
    world.onExchange(exchangeEvent(new Map(), { ...facts, outcome: `AADSTS${error.code}` }))
    return refusalAnswer(error, trace, {
      text: withoutSecrets(error.message, new Map()),
      // The same code has another error id here than at the token endpoint
      ...(error.code === 90002 && { error: 'invalid_tenant' }),
    })
  }
}

/** A malformed escape is taken as it stands; it names no tenant either way. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
