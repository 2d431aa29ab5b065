import { afterAll, beforeAll, expect, test } from 'vitest'
import { AUDIENCE, ISSUER, SUBJECT } from './issuer.ts'
import {
  BARE_CLIENT,
  CLIENT,
  ENTRA_ISSUER,
  NESTED_CLIENT,
  PRINCIPAL,
  RESOURCE,
  getToken,
  podClaims,
  startWorld,
} from './world.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const SEE =
  'Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation'
const NOW = Math.floor(Date.now() / 1000)

interface Case {
  readonly when: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: { readonly typ?: string }
  readonly ask?: Parameters<typeof getToken>[2]
  readonly code: number
  readonly error: string
  readonly text: string | RegExp
}

/** Every refusal that needs no more than another token or another request. */
const CASES: readonly Case[] = [
  {
    when: 'the issuer is another cluster',
    claims: { iss: 'https://other.example' },
    code: 700211,
    error: 'invalid_client',
    text: `No matching federated identity record found for presented assertion issuer 'https://other.example'. ${SEE}`,
  },
  {
    when: 'the issuer has a slash too many',
    claims: { iss: `${ISSUER}/` },
    code: 700211,
    error: 'invalid_client',
    text: `presented assertion issuer '${ISSUER}/'. ${SEE}`,
  },
  {
    when: 'the issuer is written in other letter case',
    claims: { iss: ISSUER.replace('kubernetes', 'Kubernetes') },
    code: 700211,
    error: 'invalid_client',
    text: "presented assertion issuer 'https://Kubernetes.default",
  },
  {
    when: 'the pod runs under another service account',
    claims: { sub: 'system:serviceaccount:keyless-cosmos:default' },
    code: 700213,
    error: 'invalid_client',
    text: `No matching federated identity record found for presented assertion subject 'system:serviceaccount:keyless-cosmos:default'. ${SEE}`,
  },
  {
    when: 'the subject differs in letter case only',
    claims: { sub: SUBJECT.replace('worker', 'Worker') },
    code: 7002138,
    error: 'invalid_client',
    text: "subject 'system:serviceaccount:keyless-cosmos:Worker'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison.",
  },
  {
    when: 'the token is meant for the API server',
    claims: { aud: [ISSUER] },
    code: 700212,
    error: 'invalid_client',
    text: `No matching federated identity record found for presented assertion audience '${ISSUER}'. ${SEE}`,
  },
  {
    when: 'the token is meant for somebody else as well',
    claims: { aud: [AUDIENCE, 'https://other.example'] },
    code: 700212,
    error: 'invalid_client',
    text: `presented assertion audience '${AUDIENCE},https://other.example'. ${SEE}`,
  },
  {
    when: 'the audience has a slash at its end',
    claims: { aud: [`${AUDIENCE}/`] },
    code: 700212,
    error: 'invalid_client',
    text: `presented assertion audience '${AUDIENCE}/'.`,
  },
  {
    when: 'the identity has no credential yet',
    ask: { clientId: BARE_CLIENT },
    code: 70025,
    error: 'invalid_client',
    text: `The client '${BARE_CLIENT}'(bare) has no configured federated identity credentials.`,
  },
  {
    when: 'the token is one that Entra issued',
    claims: { iss: ENTRA_ISSUER },
    ask: { clientId: NESTED_CLIENT },
    code: 700222,
    error: 'invalid_client',
    text: 'AAD-issued tokens may not be used for federated identity flows.',
  },
  {
    when: 'the token has expired',
    claims: { iat: NOW - 7200, nbf: NOW - 7200, exp: NOW - 301 },
    code: 700024,
    error: 'invalid_client',
    text: /Client assertion is not within its valid time range\. Current time: [\dT:-]+\.\d{7}Z, assertion valid from [\dT:-]+\.0{7}Z, expiry time of assertion [\dT:-]+\.0{7}Z\. Review the documentation/,
  },
  {
    when: 'the token is not valid yet',
    claims: { iat: NOW + 400, nbf: NOW + 400, exp: NOW + 4000 },
    code: 700024,
    error: 'invalid_client',
    text: 'Client assertion is not within its valid time range.',
  },
  {
    when: 'the token does not say when it ends',
    claims: { exp: undefined },
    code: 700024,
    error: 'invalid_client',
    text: 'expiry time of assertion 1970-01-01T00:00:00.0000000Z',
  },
  {
    when: 'the token lives for 26 hours',
    claims: { iat: NOW, exp: NOW + 26 * 3600 },
    code: 70023,
    error: 'invalid_client',
    text: `External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at ${NOW}. Token expires on ${NOW + 26 * 3600}.`,
  },
  {
    when: 'the token is an access token by its type',
    header: { typ: 'at+jwt' },
    code: 5002727,
    error: 'invalid_request',
    text: "Invalid JWT header type specified. Allowed types: 'JWT','http://openid.net/specs/jwt/1.0'.",
  },
  {
    when: 'the token has no subject',
    claims: { sub: undefined },
    code: 90014,
    error: 'invalid_request',
    text: "The required field 'sub' is missing from the credential.",
  },
  {
    when: 'the client id is the principal id',
    ask: { clientId: PRINCIPAL },
    code: 700016,
    error: 'unauthorized_client',
    text: `Application with identifier '${PRINCIPAL}' was not found in the directory 'keyless.onmicrosoft.com'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  },
  {
    when: 'the resource is an account of another tenant',
    ask: { scope: 'https://other.documents.azure.com/.default' },
    code: 500011,
    error: 'invalid_resource',
    text: 'The resource principal named https://other.documents.azure.com was not found in the tenant named keyless.onmicrosoft.com. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
  },
  {
    when: 'the resource has a slash at its end',
    ask: { scope: `${RESOURCE}//.default` },
    code: 500011,
    error: 'invalid_resource',
    text: `The resource principal named ${RESOURCE}/ was not found`,
  },
  {
    when: 'the scope names a permission',
    ask: { scope: `${RESOURCE}/user_impersonation` },
    code: 1002012,
    error: 'invalid_scope',
    text: `The provided value for scope ${RESOURCE}/user_impersonation is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  },
]

test.for(CASES)('the SDK reports $code when $when', async (refused) => {
  const assertion = await world.issuer.sign(podClaims(refused.claims), refused.header)
  const error = await failure(getToken(world, assertion, refused.ask))
  expect(error.name).toBe('AuthenticationRequiredError')
  expect(error.message).toMatch(refused.text)
  expect(error.message).toContain(`${refused.error}: Error(s): ${refused.code} - `)
  expect(error.message).toContain(`AADSTS${refused.code}: `)
  expect(world.events.at(-1)).toMatchObject({
    outcome: `AADSTS${refused.code}`,
    clientId: refused.ask?.clientId ?? CLIENT,
    resource: undefined,
  })
})

test('an unknown tenant is refused before anything else is looked at', async () => {
  const error = await failure(
    getToken(world, 'whatever', { tenantId: '00000000-aaaa-4000-8000-000000000000' }),
  )
  // MSAL asks for the tenant's OpenID configuration first and tells only that it failed
  expect(error.message).toContain('endpoints_resolution_error')
})

test.for([
  { when: 'it ends within the five minutes of tolerance', claims: { exp: NOW - 200 } },
  { when: 'it begins within the five minutes of tolerance', claims: { nbf: NOW + 200 } },
  { when: 'it lives for 25 hours exactly', claims: { iat: NOW, exp: NOW + 25 * 3600 } },
  { when: 'it has no nbf', claims: { nbf: undefined } },
])('a token is accepted when $when', async ({ claims }) => {
  const token = await getToken(world, await world.issuer.sign(podClaims(claims)))
  expect(token.token).toMatch(/^eyJ/)
})

async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => new Error('a token was issued'),
    (error: unknown) => error,
  )
  if (!(outcome instanceof Error)) throw new TypeError('rejected with something that is no Error')
  return outcome
}
