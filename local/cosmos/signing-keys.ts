import { get } from 'node:https'
import { createLocalJWKSet, errors } from 'jose'
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters } from 'jose'
import { Refusal } from './errors.ts'

/** Finds the key that signed a token; what jose calls a "get key" function. */
export type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>

const REFRESH_MS = 24 * 3_600_000
/** An unknown `kid` may mean a rotated key, or nonsense: asked for at most this often. */
const COOLDOWN_MS = 5_000
const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024

/** Reads the tenant's key document (a JWKS) as text. */
export type ReadKeys = () => Promise<string>

/**
 * The signing keys of the tenant, read when first needed and kept for a day.
 *
 * @returns A function that throws jose's `JWKSNoMatchingKey` for a key the tenant does not have, and a
 *   503 `Refusal` if the key document cannot be read: the service cannot decide then, and must not guess.
 */
export function createSigningKeys(options: {
  readonly read: ReadKeys
  readonly now: () => number
}): FindKey {
  let known:
    | { readonly find: ReturnType<typeof createLocalJWKSet>; readonly at: number }
    | undefined
  let fetching: Promise<void> | undefined

  const fetchOnce = async () => {
    try {
      const keys = await keySet(options.read)
      known = { find: createLocalJWKSet(keys), at: options.now() }
    } finally {
      fetching = undefined
    }
  }
  // Requests that arrive together wait for one fetch.
  const refresh = () => (fetching ??= fetchOnce())

  return async (header, token) => {
    if (!known || options.now() - known.at > REFRESH_MS) await refresh()
    try {
      return await found(known).find(header, token)
    } catch (error) {
      const mayBeRotated = error instanceof errors.JWKSNoMatchingKey
      if (!mayBeRotated || options.now() - found(known).at < COOLDOWN_MS) throw error
    }
    await refresh()
    return found(known).find(header, token)
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('keys are used before they were fetched')
  return value
}

/**
 * A key document behind a URL.
 *
 * jose's own remote key set uses the global `fetch`, which cannot be given a root certificate; so the document
 * is fetched here, with Node's https and exactly that root.
 *
 * @param server.certificateAuthority PEM root that the key server's certificate must chain to.
 */
export function keysAt(server: {
  readonly url: string
  readonly certificateAuthority: string
}): ReadKeys {
  return () => readText(server.url, server.certificateAuthority)
}

async function keySet(read: ReadKeys): Promise<JSONWebKeySet> {
  try {
    const keys: unknown = JSON.parse(await read())
    if (!isKeySet(keys)) throw new TypeError('the document holds no "keys"')
    return keys
  } catch (cause) {
    throw new Refusal(
      503,
      'ServiceUnavailable',
      'The signing keys of the tenant could not be read, so no token can be verified.',
      { cause },
    )
  }
}

function isKeySet(value: unknown): value is JSONWebKeySet {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
}

function readText(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { ca, agent: false, timeout: TIMEOUT_MS }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > MAX_BYTES) request.destroy(new Error('the key document is too large'))
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`the key document answers ${response.statusCode}`))
      })
    })
    request.on('timeout', () => request.destroy(new Error('the key server does not answer')))
    request.on('error', reject)
  })
}
