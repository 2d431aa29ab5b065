import { compactVerify, errors } from 'jose'
import type { KeyObject } from 'node:crypto'
import { refuse } from './errors.ts'
import type { AssertionClaims } from './federation.ts'

/** A client assertion, read but not verified. */
export interface Assertion {
  /** The compact JWS itself: a secret for as long as it is valid. */
  readonly token: string
  readonly keyId: string
  readonly claims: AssertionClaims
}

type Json = Readonly<Record<string, unknown>>

const BASE64URL = /^[A-Za-z0-9_-]+$/
const TYPES: ReadonlySet<unknown> = new Set(['JWT', 'http://openid.net/specs/jwt/1.0'])

/**
 * Reads a client assertion's header and claims.
 *
 * @throws {Refusal} 50027 if it is no signed JWT, 5002727 for a foreign `typ`, 5002738 for any algorithm but RS256,
 *   5002723 without `kid`, 90014 without issuer, subject or audience.
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-5.2
 */
export function parseAssertion(token: string): Assertion {
  const parts = token.split('.')
  const [rawHeader, rawClaims] = parts
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) throw refuse(50027)
  const header = decode(rawHeader)
  const claims = decode(rawClaims)

  // Kubernetes sends no `typ`; an access token of another system says `at+jwt`
  if (header['typ'] !== undefined && !TYPES.has(header['typ'])) throw refuse(5002727)
  if (typeof header['alg'] !== 'string') throw refuse(50027)
  if (header['alg'] !== 'RS256') throw refuse(5002738, { algorithm: header['alg'] })
  // No extension is understood here, so a critical one makes the token invalid (RFC 7515, 4.1.11)
  if (header['crit'] !== undefined || header['b64'] !== undefined) throw refuse(50027)
  if (typeof header['kid'] !== 'string' || header['kid'] === '') throw refuse(5002723)
  return { token, keyId: header['kid'], claims: parseClaims(claims) }
}

function parseClaims(claims: Json): AssertionClaims {
  return {
    issuer: requiredText(claims, 'iss'),
    subject: requiredText(claims, 'sub'),
    audiences: parseAudiences(claims['aud']),
    issuedAt: optionalTime(claims, 'iat'),
    notBefore: optionalTime(claims, 'nbf'),
    expiresAt: optionalTime(claims, 'exp'),
  }
}

function requiredText(claims: Json, claim: string): string {
  const value = claims[claim]
  if (value === undefined || value === '') throw refuse(90014, { claim })
  if (typeof value !== 'string') throw refuse(50027)
  return value
}

function parseAudiences(value: unknown): readonly string[] {
  const audiences: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (value === undefined || audiences.length === 0) throw refuse(90014, { claim: 'aud' })
  if (!audiences.every((audience) => typeof audience === 'string')) throw refuse(50027)
  return audiences
}

function optionalTime(claims: Json, claim: string): number | undefined {
  const value = claims[claim]
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw refuse(50027)
  return value
}

function decode(part: string | undefined): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  } catch {
    // Not JSON: the same answer as for JSON that is no object
  }
  throw refuse(50027)
}

/**
 * Checks the signature against one public key, RS256 and nothing else.
 *
 * @throws {Refusal} 700027
 */
export async function verifySignature(assertion: Assertion, key: KeyObject): Promise<void> {
  try {
    await compactVerify(assertion.token, key, { algorithms: ['RS256'] })
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refuse(700027)
    throw error
  }
}
