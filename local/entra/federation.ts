import type { EntraDirectory, FederatedCredential, Identity } from './directory.ts'
import { refuse } from './errors.ts'

/** What the rule reads of an assertion; times are seconds since the Unix epoch. */
export interface AssertionClaims {
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly string[]
  readonly issuedAt: number | undefined
  readonly notBefore: number | undefined
  readonly expiresAt: number | undefined
}

/** 25 hours, written 1.01:00:00 in the refusal. */
const MAX_LIFETIME_SECONDS = 25 * 3600
/** The real tolerance is not published; five minutes is what Microsoft's own token validation allows by default. */
const CLOCK_SKEW_SECONDS = 5 * 60
const MICROSOFT_ISSUER =
  /^https:\/\/(sts\.windows\.net|login\.microsoftonline\.(com|us)|login\.partner\.microsoftonline\.cn)\//i

/**
 * The identity a request speaks for.
 *
 * @param clientId Compared without letter case, as a GUID is; a principal id or a name is not found.
 * @throws {Refusal} 700016
 */
export function findIdentity(directory: EntraDirectory, clientId: string): Identity {
  const wanted = clientId.toLowerCase()
  const identity = directory.identities.find((known) => known.clientId.toLowerCase() === wanted)
  if (!identity) throw refuse(700016, { clientId, tenantName: directory.tenantName })
  return identity
}

/**
 * The federated credential that lets this assertion speak for this identity.
 *
 * Issuer, subject and audience must each be the same, byte for byte: no trailing slash, letter case, blank or
 * wildcard is forgiven. They are checked in that order, so that a refusal names the first one that differs among the
 * credentials that agree so far. Two near misses are told apart: a subject that differs in letter case only has a
 * code of its own since August 2024, and an identity without any credential is named as such.
 *
 * The claims are not verified yet: the credential decides whose keys may verify them.
 *
 * @throws {Refusal} 70025, 700211, 700213, 7002138, 700212 or 700222
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
 * @see https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes (August 2024: case-sensitive)
 */
export function matchCredential(identity: Identity, claims: AssertionClaims): FederatedCredential {
  const { clientId, name, federatedCredentials } = identity
  const { issuer, subject } = claims
  if (federatedCredentials.length === 0) throw refuse(70025, { clientId, name })

  const ofIssuer = federatedCredentials.filter((credential) => credential.issuer === issuer)
  if (ofIssuer.length === 0) throw refuse(700211, { issuer })

  const ofSubject = ofIssuer.filter((credential) => credential.subject === subject)
  if (ofSubject.length === 0) {
    const differsInCase = ofIssuer.some(
      (credential) => credential.subject.toLowerCase() === subject.toLowerCase(),
    )
    throw differsInCase ? refuse(7002138, { subject }) : refuse(700213, { subject })
  }

  const credential = ofSubject.find(({ audience }) => isOnlyAudience(claims.audiences, audience))
  if (!credential) throw refuse(700212, { audience: claims.audiences.join(',') })

  // A credential may name an Entra issuer, but its tokens are no external identity
  if (MICROSOFT_ISSUER.test(issuer)) throw refuse(700222)
  return credential
}

/**
 * A credential has exactly one audience, and so must the token: one that is good elsewhere too could be replayed by
 * that other party. A list of one (how Kubernetes writes it) is one; of several, none matches, and the refusal names
 * them all. How Entra itself words that case is not known.
 */
function isOnlyAudience(audiences: readonly string[], expected: string): boolean {
  return audiences.length === 1 && audiences[0] === expected
}

/**
 * The token was made for at most 25 hours. A pod's default token lasts a year and fails here.
 *
 * A token that does not say when it was issued counts from its `nbf`, else from 1970, and one that says it was issued
 * in the future counts from now: it could otherwise last for ever. The real rules for these two are not known.
 *
 * @param now Milliseconds since the Unix epoch.
 * @throws {Refusal} 70023
 */
export function checkLifetime(claims: AssertionClaims, now: number): void {
  const issuedAt = claims.issuedAt ?? claims.notBefore ?? 0
  const expiresAt = claims.expiresAt ?? 0
  const from = Math.min(issuedAt, now / 1000 + CLOCK_SKEW_SECONDS)
  if (expiresAt - from > MAX_LIFETIME_SECONDS) {
    throw refuse(70023, { issuedAt: String(issuedAt), expiresAt: String(expiresAt) })
  }
}

/**
 * The token is valid now, give or take five minutes. Too early and too late have the same code; a missing time shows
 * as 1970, so a token without `exp` has expired.
 *
 * @param now Milliseconds since the Unix epoch.
 * @throws {Refusal} 700024
 */
export function checkTimeRange(claims: AssertionClaims, now: number): void {
  const from = (claims.notBefore ?? 0) * 1000
  const until = (claims.expiresAt ?? 0) * 1000
  const skew = CLOCK_SKEW_SECONDS * 1000
  if (now < from - skew || now >= until + skew) {
    throw refuse(700024, { now: dotNetTime(now), from: dotNetTime(from), until: dotNetTime(until) })
  }
}

const FIRST_DOT_NET_TIME = Date.parse('0001-01-01T00:00:00Z')
const LAST_DOT_NET_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** With the seven fraction digits that .NET prints, and within the years it can print. */
function dotNetTime(milliseconds: number): string {
  const printable = Math.min(Math.max(milliseconds, FIRST_DOT_NET_TIME), LAST_DOT_NET_TIME)
  return new Date(printable).toISOString().replace('Z', '0000Z')
}

const DEFAULT_SCOPE = '/.default'

/**
 * The resource a scope asks for: `RESOURCE/.default`, compared byte for byte. Entra may forgive more; this refuses.
 *
 * @throws {Refusal} 1002012, 28000 or 500011; the Cosmos DB SDK looks for the last one in the text of the error.
 */
export function findResource(directory: EntraDirectory, scope: string): string {
  const scopes = [...new Set(scope.split(' ').filter((part) => part !== ''))]
  const resource = scopes[0]?.slice(0, -DEFAULT_SCOPE.length) ?? ''
  if (resource === '' || !scopes.every((part) => part.endsWith(DEFAULT_SCOPE))) {
    throw refuse(1002012, { scope })
  }
  if (scopes.length > 1) throw refuse(28000, { scope })
  if (!directory.resources.includes(resource)) {
    throw refuse(500011, { resource, tenantName: directory.tenantName })
  }
  return resource
}
