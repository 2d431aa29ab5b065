import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { SignJWT, createLocalJWKSet, errors, jwtVerify } from 'jose'
import type { JWK } from 'jose'
import { invalid } from './errors.ts'
import type { StatusError } from './errors.ts'

/** Name and uid of an object a token is bound to. */
export interface TokenRef {
  readonly name: string
  readonly uid: string
}

/** What a TokenRequest asks for, with its references already looked up by the caller. */
export interface TokenRequest {
  readonly namespace: string
  readonly serviceAccount: TokenRef
  /** Default: the issuer, which is this API server's own audience. */
  readonly audiences?: readonly string[] | undefined
  /** 600 to 2^32; default 3600. */
  readonly expirationSeconds?: number | undefined
  readonly pod?: TokenRef | undefined
  /** The pod's node when it is bound already, beside `pod`; or the object the token itself is bound to. */
  readonly node?: TokenRef | undefined
  readonly secret?: TokenRef | undefined
}

/** Claims of a bound service-account token; times are seconds since the Unix epoch. */
export interface TokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly nbf: number
  readonly jti: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: TokenRef
    readonly pod?: TokenRef
    readonly node?: TokenRef
    readonly secret?: TokenRef
    readonly warnafter?: number
  }
}

/** The body of `/.well-known/openid-configuration`. */
export interface Discovery {
  readonly issuer: string
  readonly jwks_uri: string
  readonly response_types_supported: readonly string[]
  readonly subject_types_supported: readonly string[]
  readonly id_token_signing_alg_values_supported: readonly string[]
}

export interface TokenIssuer {
  /**
   * Signs one token.
   *
   * @returns `expirationTimestamp` in RFC 3339, as TokenRequestStatus has it, and the spec after defaulting.
   * @throws {StatusError} 422 for an expirationSeconds out of bounds, with kube-apiserver's text.
   */
  issue(request: TokenRequest): Promise<IssuedToken>
  /**
   * Signature, issuer, time window (one minute of leeway) and audience; not whether the service account and pod
   * still exist, which is the caller's to look up.
   *
   * @param audiences Accepted audiences, one match is enough; default: the issuer, as for a request to the API server.
   * @throws {TokenError} with kube-apiserver's reason.
   */
  verify(token: string, audiences?: readonly string[]): Promise<TokenClaims>
  /** The body of `/openid/v1/jwks`. */
  jwks(): { readonly keys: readonly JWK[] }
  discovery(jwksUri: string): Discovery
}

export interface IssuedToken {
  readonly token: string
  readonly expirationTimestamp: string
  readonly audiences: readonly string[]
  readonly expirationSeconds: number
}

/** A bearer token that is not (or no longer) good here; the message is kube-apiserver's. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
}

const DEFAULT_SECONDS = 3600
const SHORTEST_SECONDS = 600
const LONGEST_SECONDS = 2 ** 32
const LEEWAY_SECONDS = 60
/** Pods that ask for exactly this (the kube-api-access volume does) get a year, so that old clients survive. */
const EXTENDED_REQUEST_SECONDS = 3607
const EXTENDED_SECONDS = 365 * 24 * 3600

/**
 * The signing half of a service-account issuer: one RSA key of 2048 bits, RS256.
 *
 * @param options.now Milliseconds since the Unix epoch.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/serviceaccount/claims.go
 */
export function createTokenIssuer(options: {
  readonly issuer: string
  readonly now?: () => number
}): TokenIssuer {
  const { issuer, now = Date.now } = options
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = keyId(publicKey)
  const jwks = { keys: [publicJwk(publicKey, kid)] }
  const localKeys = createLocalJWKSet(jwks)

  return {
    issue: async (request) => {
      const seconds = parseExpiration(request.expirationSeconds)
      const audiences = request.audiences?.length ? request.audiences : [issuer]
      const claims = tokenClaims(request, { issuer, audiences, seconds, now: now() })
      const token = await new SignJWT({ ...claims, aud: [...audiences] })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(privateKey)
      const expirationTimestamp = rfc3339(now() + seconds * 1000)
      return { token, expirationTimestamp, audiences, expirationSeconds: seconds }
    },
    verify: async (token, audiences = [issuer]) => {
      const verified = await jwtVerify(token, localKeys, {
        issuer,
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(now()),
      }).catch((cause: unknown) => {
        throw new TokenError(refusal(cause), { cause })
      })
      const claims = verified.payload as unknown as TokenClaims
      requireAudience(claims.aud, audiences)
      return claims
    },
    jwks: () => jwks,
    discovery: (jwksUri) => ({
      issuer,
      jwks_uri: jwksUri,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
  }
}

/** Base64url of SHA-256 over the public key's DER (SubjectPublicKeyInfo), as kube-apiserver and `azwi jwks` name keys. */
export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64url')
}

function publicJwk(publicKey: KeyObject, kid: string): JWK {
  const { n, e } = publicKey.export({ format: 'jwk' })
  return { use: 'sig', kty: 'RSA', kid, alg: 'RS256', ...(n && e ? { n, e } : {}) }
}

function parseExpiration(asked: number | undefined): number {
  const seconds = asked ?? DEFAULT_SECONDS
  if (seconds < SHORTEST_SECONDS) throw badExpiration(seconds, 'less than 10 minutes')
  if (seconds > LONGEST_SECONDS) throw badExpiration(seconds, 'larger than 2^32 seconds')
  return seconds
}

/** Members in the order Go marshals them: sorted by name. */
function tokenClaims(
  request: TokenRequest,
  context: {
    readonly issuer: string
    readonly audiences: readonly string[]
    readonly seconds: number
    readonly now: number
  },
): TokenClaims {
  const iat = Math.floor(context.now / 1000)
  const extended = isExtended(request, context)
  return {
    aud: context.audiences,
    exp: iat + (extended ? EXTENDED_SECONDS : context.seconds),
    iat,
    iss: context.issuer,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace: request.namespace,
      ...(request.node ? { node: ref(request.node) } : {}),
      ...(request.pod ? { pod: ref(request.pod) } : {}),
      ...(request.secret ? { secret: ref(request.secret) } : {}),
      serviceaccount: ref(request.serviceAccount),
      ...(extended ? { warnafter: iat + context.seconds } : {}),
    },
    nbf: iat,
    sub: `system:serviceaccount:${request.namespace}:${request.serviceAccount.name}`,
  }
}

function isExtended(
  request: TokenRequest,
  context: { issuer: string; audiences: readonly string[]; seconds: number },
): boolean {
  return (
    request.pod !== undefined &&
    context.seconds === EXTENDED_REQUEST_SECONDS &&
    context.audiences.every((audience) => audience === context.issuer)
  )
}

function ref({ name, uid }: TokenRef): TokenRef {
  return { name, uid }
}

function requireAudience(held: readonly string[], accepted: readonly string[]): void {
  if (held.some((audience) => accepted.includes(audience))) return
  throw new TokenError(
    `token audiences ${goList(held)} is invalid for the target audiences ${goList(accepted)}`,
  )
}

/** How Go's `%q` prints a list of strings. */
function goList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`
}

function refusal(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'service account token has expired'
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'nbf')
    return 'service account token is not valid yet'
  return 'invalid bearer token'
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

function badExpiration(seconds: number, reason: string): StatusError {
  return invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest', name: '' }, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${seconds}: may not specify a duration ${reason}`,
      field: 'spec.expirationSeconds',
    },
  ])
}
