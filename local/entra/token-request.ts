import { refuse } from './errors.ts'

/** The fields of a token request, each at most once. */
export type TokenForm = ReadonlyMap<string, string>

/** Something real Entra does and this stand-in does not; answered with 501 and the sentence. */
export class NotHere extends Error {
  override readonly name = 'NotHere'
}

const CLIENT_CREDENTIALS = 'client_credentials'
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Grants that Entra knows and that a managed identity's service principal cannot use. */
const USER_GRANTS = new Set([
  'authorization_code',
  'refresh_token',
  'password',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:saml1_1-bearer',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
])
/** Fields that change what token one gets. Others (`x-client-SKU`, telemetry …) are ignored, as Entra does. */
const CHANGING_FIELDS = ['req_cnf', 'token_type', 'fmi_path', 'request', 'mtls_pop'] as const

/**
 * Reads a form body. A body of another media type has no fields, and so lacks `grant_type`, as Entra sees it too.
 *
 * @throws {Refusal} 9002313 if a field comes twice (RFC 6749 section 3.2).
 */
export function parseForm(body: string, mediaType: string | null): TokenForm {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(mediaType ?? '')) return new Map()
  const fields = [...new URLSearchParams(body)]
  const form = new Map(fields)
  if (form.size !== fields.length) throw refuse(9002313)
  return form
}

/** @throws {Refusal} 900144 if the field is missing or empty. */
export function requiredField(form: TokenForm, parameter: string): string {
  const value = form.get(parameter)
  if (value === undefined || value === '') throw refuse(900144, { parameter })
  return value
}

/** @throws {Refusal} 900144 or 70003 */
export function requireKnownGrant(form: TokenForm): void {
  const grant = requiredField(form, 'grant_type')
  if (grant !== CLIENT_CREDENTIALS && !USER_GRANTS.has(grant)) throw refuse(70003, { grant })
}

/**
 * The client assertion of a client-credentials request.
 *
 * A grant for users is refused here and not before, since Entra asks a confidential client who it is first; that it
 * then says 70003 is assumed. A secret is always wrong, also beside an assertion.
 *
 * @param basic The request has an `Authorization: Basic` header, another way to send a secret.
 * @throws {Refusal} 7000215, 7000218, 900144, 90011 or 70003
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function clientAssertion(form: TokenForm, clientId: string, basic: boolean): string {
  if (basic || form.has('client_secret')) throw refuse(7000215, { clientId })
  const assertion = form.get('client_assertion') ?? ''
  if (assertion === '') throw refuse(7000218)
  if (requiredField(form, 'client_assertion_type') !== JWT_BEARER) throw refuse(90011)
  const grant = requiredField(form, 'grant_type')
  if (grant !== CLIENT_CREDENTIALS) throw refuse(70003, { grant })
  return assertion
}

/**
 * Refuses fields that ask for another kind of token than the one given here.
 *
 * @throws {Refusal} 901002
 * @throws {NotHere} for proof-of-possession and claims requests.
 */
export function refuseOtherTokens(form: TokenForm): void {
  if (form.has('resource')) throw refuse(901002)
  for (const field of CHANGING_FIELDS) {
    if (form.has(field)) throw new NotHere(`the field '${field}' is not supported here`)
  }
  const claims = form.get('claims')
  if (claims !== undefined && !isCapabilityOnly(claims)) {
    throw new NotHere("the field 'claims' is supported for client capabilities only")
  }
}

/** "I can handle claims challenges", which SDKs send along; Cosmos DB never challenges, so nothing changes. */
function isCapabilityOnly(claims: string): boolean {
  return /^\{"access_token":\{"xms_cc":\{"values":\["cp1"\]\}\}\}$/i.test(claims.replace(/\s/g, ''))
}
