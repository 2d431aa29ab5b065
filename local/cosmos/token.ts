import { compactVerify, errors } from 'jose'
import type { JWTPayload } from 'jose'
import { Refusal } from './errors.ts'
import type { Principal } from './rbac.ts'
import type { FindKey } from './signing-keys.ts'

/** What a token must be to be believed by one account. */
export interface TokenRules {
  readonly accountName: string
  readonly tenantId: string
  /** Issuers that stand for the tenant, exact. */
  readonly issuers: readonly string[]
  /** Audiences of the account, exact: a trailing slash makes another audience. */
  readonly audiences: readonly string[]
  readonly findKey: FindKey
  readonly now: () => number
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** An identity in more groups than this gets no `groups` claim from Entra, and none is used here. */
const MAX_GROUPS = 200

/**
 * Verifies an Entra access token: signature first, so that nothing unsigned decides anything; then the time
 * window, issuer and tenant, audience, and the object id that role assignments are made to.
 *
 * Only RS256 is accepted, whatever the token's header says.
 *
 * @returns The principal: its object id and groups, lower case.
 * @throws {Refusal} 401 with sub-status 5003 malformed, 5004 signature, 5005 not yet valid, 5006 expired,
 *   5007 issuer, 5008 audience, 5011 no object id, 5200 unknown key; 503 if the keys cannot be read.
 */
export async function verifyToken(token: string, rules: TokenRules): Promise<Principal> {
  const claims = await signedClaims(token, rules)
  const refuse = (substatus: number, sentence: string) => unauthorized(rules, substatus, sentence)
  const { exp, nbf, iss, tid, oid } = claims
  if (typeof exp !== 'number') throw refuse(5003, 'Provided AAD token has no expiry.')
  if (nbf !== undefined && nbf * 1000 > rules.now())
    throw refuse(5005, notYetValid(nbf, rules.now()))
  if (exp * 1000 <= rules.now()) throw refuse(5006, expired(exp, rules.now()))
  if (tid !== rules.tenantId || !rules.issuers.includes(iss ?? ''))
    throw refuse(5007, wrongIssuer(claims, rules))
  checkAudience(claims, rules)
  if (typeof oid !== 'string' || !GUID.test(oid)) throw refuse(5011, NO_OBJECT_ID)
  return { objectId: oid.toLowerCase(), groupIds: groupsOf(claims) }
}

async function signedClaims(token: string, rules: TokenRules): Promise<JWTPayload> {
  try {
    const { payload } = await compactVerify(token, rules.findKey, { algorithms: ['RS256'] })
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims))
      return { ...claims }
  } catch (error) {
    throw signatureRefusal(error, rules)
  }
  throw unauthorized(rules, 5003, MALFORMED)
}

function signatureRefusal(error: unknown, rules: TokenRules): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return unauthorized(rules, 5200, UNKNOWN_KEY)
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed
  )
    return unauthorized(rules, 5004, BAD_SIGNATURE)
  return unauthorized(rules, 5003, MALFORMED)
}

function checkAudience({ aud }: JWTPayload, rules: TokenRules): void {
  // Entra writes one audience; a list would let one token serve several services.
  if (typeof aud === 'string' && rules.audiences.includes(aud)) return
  // Azure/azure-sdk-for-java#42800
  const sentence =
    `Provided AAD token is intended for [${String(aud)}]. This database account accepts tokens ` +
    `intended for [${rules.audiences.join(', ')}].`
  throw new Refusal(401, 'Unauthorized', sentence, { substatus: 5008 })
}

function groupsOf({ groups }: JWTPayload): readonly string[] {
  if (!Array.isArray(groups) || groups.length > MAX_GROUPS) return []
  return groups.filter((group) => typeof group === 'string').map((group) => group.toLowerCase())
}

function unauthorized(rules: TokenRules, substatus: number, sentence: string): Refusal {
  const message = `Request blocked by Auth ${rules.accountName} : ${sentence}`
  return new Refusal(401, 'Unauthorized', message, { substatus })
}

// [INFER] The sub-status of these four is documented, the sentence is not public.
const MALFORMED = 'Provided AAD token has an invalid format.'
const BAD_SIGNATURE = 'Provided AAD token has an invalid signature.'
const UNKNOWN_KEY = 'Provided AAD token is signed by a key that the tenant does not publish.'
const NO_OBJECT_ID = 'Provided AAD token has no object id (oid) of a principal.'

/** [INFER] After the sentence for an expired token. */
function notYetValid(nbf: number, now: number): string {
  return `Provided AAD token is not valid before [${instant(nbf * 1000)}]. Current server time is [${instant(now)}].`
}

/** Azure/cosmos-explorer#2038 */
function expired(exp: number, now: number): string {
  return (
    `Provided AAD token has been expired since [${instant(exp * 1000)}]. ` +
    `Current server time is [${instant(now)}]. Please refresh the AAD token.`
  )
}

/** Azure/azure-cosmos-dotnet-v3#3339 */
function wrongIssuer({ tid, iss }: JWTPayload, { tenantId }: TokenRules): string {
  const authority = tid === tenantId ? iss : tid
  return (
    `Provided AAD token was issued by the authority [${String(authority)}] which is not trusted by this ` +
    `database account. Please ensure the token has been issued by the AAD tenant(s) [${tenantId}].`
  )
}

/** As in `1/30/2025 10:38:31 AM (UTC)`. */
function instant(ms: number): string {
  const text = new Date(ms).toLocaleString('en-US', { timeZone: 'UTC' })
  return `${text.replace(',', '').replaceAll('\u202F', ' ')} (UTC)`
}
