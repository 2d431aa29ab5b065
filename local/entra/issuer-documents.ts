import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { Refusal, refuse } from './errors.ts'

/** Where an issuer's two documents are really fetched; an issuer not listed here is fetched from its own URL */
export interface IssuerSource {
  readonly issuer: string
  readonly url: string
  /** PEM; without it, the roots this process trusts. */
  readonly certificateAuthority?: string
  /** Bearer token, for an API server that shows the documents to authenticated readers only. */
  readonly token?: string
}

/** An issuer's public RSA keys by key id. */
export type IssuerKeys = ReadonlyMap<string, KeyObject>

type Json = Readonly<Record<string, unknown>>

const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024
const MIN_KEY_BITS = 2048

/**
 * Reads an issuer's discovery document and then its key set, over TLS, as Entra does: no redirect is followed, and a
 * document that names another issuer is not believed.
 *
 * @throws {Refusal} 90061 if no answer came, 50166 if the answer is of no use.
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export async function readIssuerKeys(source: IssuerSource): Promise<IssuerKeys> {
  const discovery = await readJson(documentUrl(source), source)
  const { issuer, jwks_uri: keysUri } = discovery
  if (issuer !== source.issuer || typeof keysUri !== 'string') throw refuse(50166)
  const { keys } = await readJson(keySetUrl(keysUri, source), source)
  if (!Array.isArray(keys)) throw refuse(50166)
  return new Map(keys.flatMap(importKey))
}

/** AKS issuers end in a slash, others do not; between issuer and document there is exactly one. */
function documentUrl({ url }: IssuerSource): string {
  return `${url.replace(/\/$/, '')}/.well-known/openid-configuration`
}

/**
 * The issuer's own address is often one that only the cluster can reach. So for an issuer with a mapped source, the
 * key set is read from that source as well: below its URL if it was below the issuer, else at the same path.
 */
function keySetUrl(keysUri: string, { issuer, url }: IssuerSource): string {
  if (url === issuer) return keysUri
  if (keysUri.startsWith(issuer)) {
    return `${url.replace(/\/$/, '')}/${keysUri.slice(issuer.length).replace(/^\//, '')}`
  }
  const declared = URL.parse(keysUri)
  if (!declared) throw refuse(50166)
  return `${new URL(url).origin}${declared.pathname}${declared.search}`
}

async function readJson(url: string, source: IssuerSource): Promise<Json> {
  const address = URL.parse(url)
  if (address?.protocol !== 'https:') throw refuse(50166)
  try {
    return parseObject(await readText(address, source))
  } catch (error) {
    // The cause (a name, an address, a certificate) stays here: Entra does not tell it either
    throw error instanceof Refusal ? error : refuse(90061)
  }
}

/** kube-apiserver answers 406 for its key set when only plain JSON is accepted. */
const DOCUMENT_TYPES = 'application/json, application/jwk-set+json'

async function readText(
  address: URL,
  { url, certificateAuthority, token }: IssuerSource,
): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  // The key set may be on a server of the issuer's choice, which the token is not for
  const isOwn = address.origin === new URL(url).origin
  const sent = request(address, {
    agent: false,
    signal,
    headers: {
      accept: DOCUMENT_TYPES,
      ...(token && isOwn && { authorization: `Bearer ${token}` }),
    },
    ...(certificateAuthority && { ca: certificateAuthority }),
  }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  try {
    if (response.statusCode !== 200) throw refuse(50166)
    return await collect(response)
  } finally {
    sent.destroy()
  }
}

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw refuse(50166)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseObject(text: string): Json {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Not JSON: as useless as JSON that is no object
  }
  throw refuse(50166)
}

/** Keys of another kind, use or strength are passed over, as if they were not published. */
function importKey(jwk: unknown): readonly (readonly [string, KeyObject])[] {
  if (!isObject(jwk)) return []
  const { kid, kty, use = 'sig', alg = 'RS256' } = jwk
  if (typeof kid !== 'string' || kty !== 'RSA' || use !== 'sig' || alg !== 'RS256') return []
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    return bits < MIN_KEY_BITS ? [] : [[kid, key]]
  } catch {
    return []
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
