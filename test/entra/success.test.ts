import { DefaultAzureCredential } from '@azure/identity'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import {
  CLIENT,
  PRINCIPAL,
  RESOURCE,
  RESOURCE_ID,
  TENANT,
  getToken,
  podClaims,
  postForm,
  send,
  startWorld,
  tokenForm,
} from './world.ts'
import type { World } from './world.ts'
import { ISSUER, SUBJECT } from './issuer.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
afterEach(() => {
  vi.unstubAllEnvs()
})

test('WorkloadIdentityCredential trades a pod token for an access token of the identity', async () => {
  const before = Math.floor(Date.now() / 1000)
  const token = await getToken(world, await world.issuer.sign(podClaims()))

  const { text } = await send(world, `/${TENANT}/discovery/v2.0/keys`)
  const keys = JSON.parse(text) as JSONWebKeySet
  const { payload } = await jwtVerify(token.token, createLocalJWKSet(keys))
  const { iat = 0, aio, rh, uti, ...claims } = payload
  expect(claims).toEqual({
    aud: RESOURCE,
    iss: `https://sts.windows.net/${TENANT}/`,
    idp: `https://sts.windows.net/${TENANT}/`,
    nbf: iat,
    exp: iat + 86_400,
    appid: CLIENT,
    appidacr: '2',
    idtyp: 'app',
    oid: PRINCIPAL,
    sub: PRINCIPAL,
    tid: TENANT,
    ver: '1.0',
    xms_mirid: RESOURCE_ID.replace('resourceGroups', 'resourcegroups'),
  })
  expect(iat).toBeGreaterThanOrEqual(before)
  expect([aio, rh, uti]).toEqual([expect.any(String), expect.any(String), expect.any(String)])
  const kid = keys.keys[0]?.kid
  expect(decodeProtectedHeader(token.token)).toEqual({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
  expect(token.expiresOnTimestamp - Date.now()).toBeGreaterThan(23.9 * 3_600_000)
  const refreshHours = ((token.refreshAfterTimestamp ?? 0) - Date.now()) / 3_600_000
  expect(refreshHours).toBeCloseTo(12, 1)
})

test('DefaultAzureCredential finds the injected variables and caches the token', async () => {
  const file = join(world.folder, 'azure-identity-token')
  await writeFile(file, await world.issuer.sign(podClaims()), { mode: 0o600 })
  vi.stubEnv('AZURE_CLIENT_ID', CLIENT)
  vi.stubEnv('AZURE_TENANT_ID', TENANT)
  vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', file)
  vi.stubEnv('AZURE_AUTHORITY_HOST', `${world.entra.url}/`)
  vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'WorkloadIdentityCredential')
  const exchanges = world.events.length

  const credential = new DefaultAzureCredential({
    disableInstanceDiscovery: true,
    tlsOptions: { ca: world.certificateAuthority },
  })
  const first = await credential.getToken('https://cosmos.azure.com/.default')
  const second = await credential.getToken('https://cosmos.azure.com/.default')

  expect(second.token).toBe(first.token)
  expect(world.events.length - exchanges).toBe(1)
})

test('the answer has the body and the headers of the real token endpoint', async () => {
  const correlationId = '0b1f7c52-8a1e-4d75-9d10-6f3f5d3c2b10'
  const form = tokenForm(await world.issuer.sign(podClaims()), {
    'client-request-id': correlationId,
    'x-client-SKU': 'msal.js.node',
  })
  const { status, headers, text } = await postForm(world, form)

  expect(status).toBe(200)
  expect(JSON.parse(text)).toEqual({
    token_type: 'Bearer',
    expires_in: 86_399,
    ext_expires_in: 86_399,
    refresh_in: 43_199,
    access_token: expect.stringMatching(/^eyJ/),
  })
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store, no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'client-request-id': correlationId,
    'x-ms-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'x-ms-ests-server': expect.any(String),
  })
})

test('the sign-in record tells who, for what and with which result', async () => {
  await getToken(world, await world.issuer.sign(podClaims()))
  expect(world.events.at(-1)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    tenant: TENANT,
    clientId: CLIENT,
    issuer: ISSUER,
    subject: SUBJECT,
    scope: `${RESOURCE}/.default`,
    resource: RESOURCE,
    outcome: 'issued',
    correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})

test.for([
  { written: 'its id in capitals', tenantId: TENANT.toUpperCase() },
  { written: 'its domain name', tenantId: 'Keyless.onmicrosoft.com' },
])('the tenant may be written as $written', async ({ tenantId }) => {
  const token = await getToken(world, await world.issuer.sign(podClaims()), { tenantId })
  expect(token.token).toMatch(/^eyJ/)
})

test('a client id in capitals and an audience that is no list are accepted', async () => {
  const assertion = await world.issuer.sign(podClaims({ aud: 'api://AzureADTokenExchange' }))
  const token = await getToken(world, assertion, { clientId: CLIENT.toUpperCase() })
  expect(token.token).toMatch(/^eyJ/)
})

test('fifty exchanges at once are all answered, and the issuer is asked once', async () => {
  const fresh = await startWorld()
  try {
    const assertion = await fresh.issuer.sign(podClaims())
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => postForm(fresh, tokenForm(assertion))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    const tokens = answers.map(
      ({ text }) => (JSON.parse(text) as { access_token: string }).access_token,
    )
    expect(new Set(tokens).size).toBe(50)
    expect(fresh.issuer.asked).toEqual(['/.well-known/openid-configuration', '/openid/v1/jwks'])
  } finally {
    await fresh.close()
  }
})
