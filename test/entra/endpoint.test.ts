import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CLIENT,
  TENANT,
  getToken,
  podClaims,
  postForm,
  send,
  startWorld,
  tokenForm,
} from './world.ts'
import type { Answered, World } from './world.ts'

let world: World
let genuine: string
beforeAll(async () => {
  world = await startWorld()
  genuine = await world.issuer.sign(podClaims())
})
afterAll(() => world.close())

interface ErrorBody {
  readonly error: string
  readonly error_description: string
  readonly error_codes: readonly number[]
  readonly error_uri?: string
}

function errorBody({ text }: Answered): ErrorBody {
  return JSON.parse(text) as ErrorBody
}

test('a refusal has the body and the headers of the real one', async () => {
  const correlationId = '1f0a7c52-8a1e-4d75-9d10-6f3f5d3c2b10'
  const body = tokenForm(genuine, {
    scope: 'https://x/.default',
    'client-request-id': correlationId,
  })
  const answered = await postForm(world, body)
  const trace = String(answered.headers['x-ms-request-id'])
  const { timestamp = '' } = JSON.parse(answered.text) as { timestamp?: string }
  expect(timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/)
  expect(JSON.parse(answered.text)).toEqual({
    error: 'invalid_resource',
    error_description: `AADSTS500011: The resource principal named https://x was not found in the tenant named keyless.onmicrosoft.com. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant. Trace ID: ${trace} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [500011],
    timestamp,
    trace_id: trace,
    correlation_id: correlationId,
    error_uri: 'https://login.microsoftonline.com/error?code=500011',
  })
  expect(answered.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store, no-cache',
    'client-request-id': correlationId,
  })
})

test('error_uri is absent where the public page does not know the code', async () => {
  const assertion = await world.issuer.sign(podClaims({ iss: 'https://other.example' }))
  expect(errorBody(await postForm(world, tokenForm(assertion)))).not.toHaveProperty('error_uri')
})

const NO_TENANT_INFORMATION =
  'No tenant-identifying information found in either the request or implied by any provided credentials.'

test.for([
  {
    when: 'its GUID is unknown',
    tenant: '11111111-2222-4333-8444-555555555555',
    status: 400,
    text: "AADSTS90002: Tenant '11111111-2222-4333-8444-555555555555' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  {
    when: 'its domain is unknown',
    tenant: 'contoso.com',
    status: 400,
    text: "AADSTS90002: Tenant 'contoso.com' not found.",
  },
  {
    when: 'its name is neither',
    tenant: 'authorize',
    status: 400,
    text: "AADSTS900023: Specified tenant identifier 'authorize' is neither a valid DNS name, nor a valid external domain.",
  },
  {
    when: 'it is everybody',
    tenant: 'common',
    status: 400,
    text: `AADSTS50059: ${NO_TENANT_INFORMATION}`,
  },
  {
    when: 'it hides behind an escape',
    tenant: `${TENANT}%2f..`,
    status: 400,
    text: `AADSTS90002: Tenant '${TENANT}/..' not found.`,
  },
])('a tenant is refused when $when', async ({ tenant, status, text }) => {
  const answered = await postForm(world, tokenForm(genuine), { tenant })
  expect(answered.status).toBe(status)
  expect(errorBody(answered)).toMatchObject({
    error: 'invalid_request',
    error_description: expect.stringContaining(text),
  })
})

const MISSING = (parameter: string) =>
  `AADSTS900144: The request body must contain the following parameter: '${parameter}'.`
const NO_CREDENTIAL =
  "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
const WRONG_SECRET = `AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${CLIENT}'.`
const withoutAssertion = { client_assertion: undefined, client_assertion_type: undefined }
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

test.for([
  {
    when: 'the grant is missing',
    changes: { grant_type: undefined },
    status: 400,
    error: 'invalid_request',
    text: MISSING('grant_type'),
  },
  {
    when: 'the client is missing',
    changes: { client_id: undefined },
    status: 400,
    error: 'invalid_request',
    text: MISSING('client_id'),
  },
  {
    when: 'the scope is empty',
    changes: { scope: '' },
    status: 400,
    error: 'invalid_request',
    text: MISSING('scope'),
  },
  {
    when: 'there is no proof of who asks',
    changes: withoutAssertion,
    status: 401,
    error: 'invalid_client',
    text: NO_CREDENTIAL,
  },
  {
    when: 'the assertion has no type',
    changes: { client_assertion_type: undefined },
    status: 400,
    error: 'invalid_request',
    text: MISSING('client_assertion_type'),
  },
  {
    when: 'the assertion is called SAML',
    changes: { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
    status: 400,
    error: 'invalid_request',
    text: 'AADSTS90011: Unexpected client assertion type.',
  },
  {
    when: 'a secret is sent instead',
    changes: { ...withoutAssertion, client_secret: 'hunter2-hunter2-hunter2' },
    status: 401,
    error: 'invalid_client',
    text: WRONG_SECRET,
  },
  {
    when: 'a secret is sent beside the assertion',
    changes: { client_secret: 'hunter2-hunter2-hunter2' },
    status: 401,
    error: 'invalid_client',
    text: WRONG_SECRET,
  },
  {
    when: 'the grant is a device code without a client credential',
    changes: { ...withoutAssertion, grant_type: DEVICE_CODE, device_code: 'D'.repeat(40) },
    status: 401,
    error: 'invalid_client',
    text: NO_CREDENTIAL,
  },
  {
    when: 'the grant is a refresh token without a client credential',
    changes: { ...withoutAssertion, grant_type: 'refresh_token', refresh_token: '0.'.repeat(40) },
    status: 401,
    error: 'invalid_client',
    text: NO_CREDENTIAL,
  },
  {
    when: 'the grant is on behalf of a user',
    changes: { grant_type: JWT_BEARER, assertion: 'x' },
    status: 400,
    error: 'unsupported_grant_type',
    text: `AADSTS70003: The app requested an unsupported grant type '${JWT_BEARER}'.`,
  },
  {
    when: 'the grant is unknown',
    changes: { grant_type: 'magic' },
    status: 400,
    error: 'unsupported_grant_type',
    text: "AADSTS70003: The app requested an unsupported grant type 'magic'.",
  },
  {
    when: 'a v1.0 resource is named',
    changes: { resource: 'https://cosmos.azure.com' },
    status: 400,
    error: 'invalid_request',
    text: "AADSTS901002: The 'resource' request parameter isn't supported.",
  },
  {
    when: 'the scope names two resources',
    changes: { scope: 'https://cosmos.azure.com/.default https://vault.azure.net/.default' },
    status: 400,
    error: 'invalid_request',
    text: 'AADSTS28000: ',
  },
  {
    when: 'the scope is bare',
    changes: { scope: '/.default' },
    status: 400,
    error: 'invalid_scope',
    text: 'AADSTS1002012: ',
  },
])('a request is refused when $when', async ({ changes, status, error, text }) => {
  const answered = await postForm(world, tokenForm(genuine, changes))
  expect(answered.status).toBe(status)
  expect(errorBody(answered).error).toBe(error)
  expect(errorBody(answered).error_description).toContain(text)
})

test('a secret in the Authorization header is a wrong secret too', async () => {
  const headers = { authorization: `Basic ${Buffer.from(`${CLIENT}:secret`).toString('base64')}` }
  const answered = await postForm(world, tokenForm(genuine, withoutAssertion), { headers })
  expect(answered.status).toBe(401)
  expect(errorBody(answered).error_description).toContain(WRONG_SECRET)
})

test('a field that comes twice makes the request malformed, even with the same value', async () => {
  const answered = await postForm(world, `${tokenForm(genuine)}&client_id=${CLIENT}`)
  expect(answered.status).toBe(400)
  expect(errorBody(answered).error_codes).toEqual([9002313])
})

test('a JSON body has no fields', async () => {
  const headers = { 'content-type': 'application/json' }
  const answered = await postForm(world, JSON.stringify({ grant_type: 'client_credentials' }), {
    headers,
  })
  expect(errorBody(answered).error_description).toContain(MISSING('grant_type'))
})

test('a body of megabytes is refused without being kept', async () => {
  const answered = await postForm(world, tokenForm('x'.repeat(200 * 1024)))
  expect(errorBody(answered).error_codes).toEqual([9002313])
})

test.for([
  { what: 'proof of possession', changes: { req_cnf: 'eyJraWQiOiJ4In0' }, text: 'req_cnf' },
  {
    what: 'a claims request',
    changes: { claims: '{"access_token":{"nbf":{"essential":true}}}' },
    text: 'claims',
  },
])('$what gets 501, since Entra would have an answer', async ({ changes, text }) => {
  const answered = await postForm(world, tokenForm(genuine, changes))
  expect(answered.status).toBe(501)
  expect(errorBody(answered)).toMatchObject({
    error: 'not_supported_locally',
    error_description: expect.stringContaining(text),
  })
  expect(world.events.at(-1)?.outcome).toBe('not-supported')
})

test('the capability to handle claims challenges changes nothing', async () => {
  const claims = '{"access_token":{"xms_cc":{"values":["CP1"]}}}'
  const answered = await postForm(world, tokenForm(genuine, { claims }))
  expect(answered.status).toBe(200)
})

test('a token is not to be had by GET', async () => {
  const answered = await send(world, `/${TENANT}/oauth2/v2.0/token?${tokenForm(genuine)}`)
  expect(answered.status).toBe(400)
  expect(errorBody(answered).error_description).toContain(
    'AADSTS900561: The endpoint only accepts POST, OPTIONS requests. Received a GET request.',
  )
})

test('a preflight of a browser is not refused as a method it is told to use', async () => {
  const answered = await send(world, `/${TENANT}/oauth2/v2.0/token`, { method: 'OPTIONS' })
  expect(answered.status).toBe(501)
  expect(errorBody(answered).error_description).toContain('preflight')
})

test.for(['authorize', 'v2.0/authorize', 'v2.0/devicecode', 'v2.0/logout', 'token'])(
  'the endpoint oauth2/%s is not here, and says so',
  async (endpoint) => {
    const answered = await send(world, `/${TENANT}/oauth2/${endpoint}`, { method: 'POST' })
    expect(answered.status).toBe(501)
    expect(errorBody(answered).error_description).toContain(endpoint)
  },
)

test.for([
  '/',
  '/constructor',
  `/${TENANT}`,
  `/${TENANT}/constructor`,
  `//${TENANT}/oauth2/v2.0/token`,
  `/${TENANT}/saml2`,
])('the path %s is not found', async (path) => {
  expect((await send(world, path, { method: 'POST' })).status).toBe(404)
})

test.for([
  { code: 90055, status: 429, error: 'temporarily_unavailable', retryAfterSeconds: 7 },
  { code: 90033, status: 503, error: 'temporarily_unavailable' },
] as const)('trouble $code can be asked for', async ({ code, status, error, ...fault }) => {
  const faulty = await startWorld({ fault: () => ({ code, ...fault }) })
  const answered = await postForm(faulty, tokenForm(await faulty.issuer.sign(podClaims())))
  await faulty.close()
  expect(answered.status).toBe(status)
  expect(answered.headers['retry-after']).toBe(code === 90055 ? '7' : undefined)
  expect(errorBody(answered)).toMatchObject({ error, error_codes: [code] })
  expect(faulty.events).toMatchObject([{ outcome: `AADSTS${code}` }])
})

test('a credential added or taken away counts from the next request on', async () => {
  const changing = await startWorld()
  const assertion = await changing.issuer.sign(podClaims())
  const { directory } = changing.current
  const withoutCredentials = directory.identities.map((identity) => ({
    ...identity,
    federatedCredentials: [],
  }))
  changing.current.directory = { ...directory, identities: withoutCredentials }
  await expect(getToken(changing, assertion)).rejects.toThrow('AADSTS70025')
  changing.current.directory = directory
  await expect(getToken(changing, assertion)).resolves.toBeDefined()
  await changing.close()
})
