/** One answer of the token service: what it says, and how. `{name}` in the text is filled in by `refuse`. */
export interface Answer {
  readonly status: number
  /** The OAuth error id. */
  readonly error: string
  /** Without the `AADSTSn: ` in front. */
  readonly text: string
  /** The public look-up page knows the code, so the body carries `error_uri`. Absent in every 700211 and 50166 seen. */
  readonly lookup: boolean
}

const SEE =
  'Check your federated identity credential Subject, Audience and Issuer against the presented assertion. ' +
  'https://learn.microsoft.com/entra/workload-id/workload-identity-federation'

const INSTALLED =
  'This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.'

const NO_MATCH = 'No matching federated identity record found for presented assertion'

const seen = { lookup: true } as const
const unseen = { lookup: false } as const
const badRequest = { status: 400, error: 'invalid_request' } as const
const badClient = { status: 401, error: 'invalid_client' } as const

/**
 * Every refusal this stand-in can give, by AADSTS number, with the place where the real one was seen.
 * Microsoft calls codes and texts subject to change, so a program must not branch on a text.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const ANSWERS = {
  // Tenant. https://github.com/Azure/azure-cli/issues/22145 (text); the token endpoint says invalid_request,
  // the discovery endpoints invalid_tenant, both seen with 400.
  90002: {
    ...badRequest,
    ...seen,
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  // https://github.com/microsoft/aspire/issues/4253; error_uri not seen, assumed
  900023: {
    ...badRequest,
    ...seen,
    text: "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
  },
  // common, organizations, consumers: https://github.com/MicrosoftDocs/azure-docs/issues/24064 (client credentials)
  // and https://github.com/MicrosoftDocs/azure-docs/issues/68490 (body, no error_uri)
  50059: {
    ...badRequest,
    ...unseen,
    text: 'No tenant-identifying information found in either the request or implied by any provided credentials.',
  },

  // The request. https://github.com/BitySA/oauth2-auth-code-pkce/issues/30 (text); the status is assumed
  900561: {
    ...badRequest,
    ...seen,
    text: 'The endpoint only accepts POST, OPTIONS requests. Received a {method} request.',
  },
  // https://github.com/MicrosoftDocs/azure-docs/issues/43780
  900144: {
    ...badRequest,
    ...seen,
    text: "The request body must contain the following parameter: '{parameter}'.",
  },
  // https://github.com/davidjrh/dnn.azureadprovider/issues/112 (text). Used here for a parameter that comes twice,
  // which RFC 6749 section 3.2 forbids; the real code for that is not known.
  9002313: {
    ...badRequest,
    ...seen,
    text: 'Invalid request. Request is malformed or invalid.',
  },
  // Documented in the code list for the v2.0 endpoint
  901002: { ...badRequest, ...seen, text: "The 'resource' request parameter isn't supported." },
  // https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/pull/3023 (text), error id by RFC 6749
  70003: {
    status: 400,
    error: 'unsupported_grant_type',
    ...seen,
    text: "The app requested an unsupported grant type '{grant}'.",
  },

  // The client. https://github.com/MicrosoftDocs/azure-docs/issues/108526
  700016: {
    status: 400,
    error: 'unauthorized_client',
    ...seen,
    text: `Application with identifier '{clientId}' was not found in the directory '{tenantName}'. ${INSTALLED} You may have sent your authentication request to the wrong tenant.`,
  },
  // https://github.com/Azure-Samples/ms-identity-javascript-v2/issues/18
  7000218: {
    ...badClient,
    ...seen,
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  // Documented; no identity here has a secret, so every secret is a wrong one
  7000215: {
    ...badClient,
    ...seen,
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{clientId}'.",
  },
  // https://github.com/AzureAD/azure-activedirectory-library-for-ruby/pull/53, seen in 2016; today's answer is not known
  90011: { ...badRequest, ...seen, text: 'Unexpected client assertion type.' },

  // The assertion's form. `az login --federated-token not-a-token` gives this text; invalid_request as its sub-codes
  // had it for federated assertions (50027xx, 2021), later seen as invalid_client for certificates: status assumed.
  50027: { ...badRequest, ...seen, text: 'JWT token is invalid or malformed.' },
  // Seen with workload identity federation for `typ: at+jwt`
  5002727: {
    ...badRequest,
    ...seen,
    text: "Invalid JWT header type specified. Allowed types: 'JWT','http://openid.net/specs/jwt/1.0'.",
  },
  // Captured in MSAL.NET's tests (MockHelpers, 2023-12), as are 5002738 and 90014
  5002723: {
    ...badClient,
    ...seen,
    text: 'Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.',
  },
  // The captures name the list 'RS256,RS384,RS512', for certificates. Federated credentials take RS256 only:
  // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
  5002738: {
    ...badClient,
    ...seen,
    text: "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: 'RS256'",
  },
  90014: {
    ...badRequest,
    ...seen,
    text: "The required field '{claim}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
  },

  // The federated credential. 70025 is in many public reports, without a whole body: no error_uri is assumed
  70025: {
    ...badClient,
    ...unseen,
    text: "The client '{clientId}'({name}) has no configured federated identity credentials.",
  },
  // https://github.com/Azure/azure-workload-identity/issues/1200 (body without error_uri)
  700211: { ...badClient, ...unseen, text: `${NO_MATCH} issuer '{issuer}'. ${SEE}` },
  // https://docs.gitlab.com/ci/cloud_services/azure/ (troubleshooting)
  700212: { ...badClient, ...unseen, text: `${NO_MATCH} audience '{audience}'. ${SEE}` },
  // https://github.com/Azure/AKS/issues/4228, https://github.com/Azure/login/issues/482
  700213: { ...badClient, ...unseen, text: `${NO_MATCH} subject '{subject}'. ${SEE}` },
  // https://github.com/Azure/login/issues/515
  7002138: {
    ...badClient,
    ...unseen,
    text: `${NO_MATCH} subject '{subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. See documentation at: https://learn.microsoft.com/entra/workload-id/workload-identity-federation. See breaking change notification and remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024.`,
  },
  // https://github.com/MicrosoftDocs/azure-docs/pull/90321; status assumed
  700222: {
    ...badClient,
    ...seen,
    text: 'AAD-issued tokens may not be used for federated identity flows.',
  },

  // The issuer's documents. One sentence, three codes; which is for what is not published. Here 90061 means that no
  // answer came (https://github.com/Azure/azure-workload-identity/issues/605) and 50166 that an unusable one came
  // (https://github.com/Azure/azure-workload-identity/issues/1130, a 403 of the storage account that held them).
  90061: { ...badRequest, ...unseen, text: 'Request to External OIDC endpoint failed.' },
  50166: { ...badRequest, ...unseen, text: 'Request to External OIDC endpoint failed.' },
  // https://github.com/Azure/azure-workload-identity/issues/1232
  7000272: {
    ...badClient,
    ...seen,
    text: "The certificate with identifier {kid} used to sign the federated credential could not be found in the metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token.",
  },
  // Documented for certificates; for a known external key and a bad signature the real code is not known
  // (the code list also names such a case under 50027)
  700027: {
    ...badClient,
    ...seen,
    text: 'Client assertion contains an invalid signature. [Reason - The provided signature value did not match the expected signature value.]',
  },
  // https://github.com/Azure/azure-sdk-for-python/issues/32124
  70023: {
    ...badClient,
    ...seen,
    text: 'External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at {issuedAt}. Token expires on {expiresAt}.',
  },
  // https://github.com/Azure/azure-workload-identity/issues/693 and, with nbf shown as 1970 where it is absent,
  // https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/4951
  700024: {
    ...badClient,
    ...seen,
    text: 'Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {until}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .',
  },

  // The scope. https://github.com/MicrosoftDocs/azure-docs/issues/99862
  1002012: {
    status: 400,
    error: 'invalid_scope',
    ...seen,
    text: 'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  },
  // Documented: "Multiple resources"; error id and status assumed
  28000: {
    ...badRequest,
    ...seen,
    text: "Provided value for the input parameter scope isn't valid because it contains more than one resource. Scope {scope} isn't valid.",
  },
  // https://github.com/Azure/azure-cli/issues/14948
  500011: {
    status: 400,
    error: 'invalid_resource',
    ...seen,
    text: `The resource principal named {resource} was not found in the tenant named {tenantName}. ${INSTALLED} You might have sent your authentication request to the wrong tenant.`,
  },

  // Instance discovery. https://github.com/AzureAD/microsoft-authentication-library-for-js/pull/3572
  50049: {
    status: 400,
    error: 'invalid_instance',
    ...seen,
    text: 'Unknown or invalid instance.',
  },

  // Faults on request. Documented meanings; texts of 90055 and 90033 and the statuses are assumed
  90055: {
    status: 429,
    error: 'temporarily_unavailable',
    ...seen,
    text: 'The server has terminated the request because the tenant has exceeded its request limits.',
  },
  90033: {
    status: 503,
    error: 'temporarily_unavailable',
    ...seen,
    text: 'A transient error has occurred. Please try again.',
  },
} as const satisfies Record<number, Answer>

export type AnswerCode = keyof typeof ANSWERS

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never

type Values<Code extends AnswerCode> = Names<(typeof ANSWERS)[Code]['text']>

/** The token service says no; thrown by every check and turned into the answer by the server. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: AnswerCode
  readonly answer: Answer
  /** Seconds, for the `Retry-After` header. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: AnswerCode, text: string, retryAfterSeconds?: number) {
    super(`AADSTS${code}: ${text}`)
    this.code = code
    this.answer = ANSWERS[code]
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/**
 * A refusal with its text filled in.
 *
 * @example throw refuse(700213, { subject: claims.subject })
 */
export function refuse<Code extends AnswerCode>(
  code: Code,
  ...[values]: [Values<Code>] extends [never] ? [] : [Readonly<Record<Values<Code>, string>>]
): Refusal {
  const byName: Readonly<Record<string, string>> = values ?? {}
  // A function as replacement: a `$&` in a subject must stay what it is
  const text = ANSWERS[code].text.replace(
    /\{(\w+)\}/g,
    (hole, name: string) => byName[name] ?? hole,
  )
  return new Refusal(code, text)
}
