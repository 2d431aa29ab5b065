import { X509Certificate, createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchangeLine } from '../../local/audit-line.ts'
import { TENANT, send, startWorld } from './world.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

async function read(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const { status, text } = await send(world, path)
  return { status, body: JSON.parse(text) as unknown }
}

test('the v2.0 configuration leads to the endpoints that are here', async () => {
  const base = `${world.entra.url}/${TENANT}`
  expect(
    await read(`/${TENANT.toUpperCase()}/v2.0/.well-known/openid-configuration`),
  ).toMatchObject({
    status: 200,
    body: {
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    },
  })
})

test('the v1.0 configuration names the issuer that is in the access tokens', async () => {
  expect(await read('/keyless.onmicrosoft.com/.well-known/openid-configuration')).toMatchObject({
    status: 200,
    body: {
      issuer: `https://sts.windows.net/${TENANT}/`,
      jwks_uri: `${world.entra.url}/${TENANT}/discovery/keys`,
    },
  })
})

test('all four addresses of the key set show the same key, named by its certificate', async () => {
  const paths = [
    `/${TENANT}/discovery/v2.0/keys`,
    `/${TENANT}/discovery/keys`,
    '/discovery/v2.0/keys',
    '/discovery/keys',
  ]
  const answers = await Promise.all(paths.map(read))
  const { body } = await read(`/${TENANT}/discovery/v2.0/keys`)
  expect(answers).toEqual(paths.map(() => ({ status: 200, body })))

  const { keys } = body as { readonly keys: readonly Record<string, unknown>[] }
  expect(keys).toHaveLength(1)
  const certificate = new X509Certificate(Buffer.from(String(keys[0]?.['x5c']), 'base64'))
  const thumbprint = createHash('sha1').update(certificate.raw).digest('base64url')
  expect(keys[0]).toMatchObject({ kty: 'RSA', use: 'sig', kid: thumbprint, x5t: thumbprint })
  expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ n: keys[0]?.['n'] })
  expect(keys[0]).not.toHaveProperty('d')
})

test.for(['v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys'])(
  'an unknown tenant has no %s',
  async (document) => {
    expect(await read(`/contoso/${document}`)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_tenant',
        error_description: expect.stringContaining("AADSTS90002: Tenant 'contoso' not found."),
        error_codes: [90002],
        error_uri: 'https://login.microsoftonline.com/error?code=90002',
      },
    })
    const told = world.events.at(-1)
    expect(told).toMatchObject({ tenant: 'contoso', outcome: 'AADSTS90002' })
    expect(told && exchangeLine(told)).toMatch(/ entra {3}AADSTS90002 .* for tenant contoso$/)
  },
)

test('instance discovery knows this address and the public cloud', async () => {
  const own = new URL(world.entra.url)
  for (const host of [own.host, 'login.microsoftonline.com', 'login.windows.net']) {
    const endpoint = encodeURIComponent(`https://${host}/${TENANT}/oauth2/v2.0/authorize`)
    const path = `/common/discovery/instance?api-version=1.1&authorization_endpoint=${endpoint}`
    const { status, body } = await read(path)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      tenant_discovery_endpoint: `https://${host}/${TENANT}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
    })
    const { metadata } = body as { readonly metadata: readonly { readonly aliases: string[] }[] }
    expect(metadata.flatMap(({ aliases }) => aliases)).toContain(host)
  }
})

test.for([
  { what: 'another host', query: 'authorization_endpoint=https%3A%2F%2Fevil.example%2Fcommon' },
  {
    what: 'a host without TLS',
    query: 'authorization_endpoint=http%3A%2F%2Flogin.microsoftonline.com%2Fx',
  },
  { what: 'no host', query: 'api-version=1.1' },
])('instance discovery does not vouch for $what', async ({ query }) => {
  expect(await read(`/common/discovery/instance?${query}`)).toMatchObject({
    status: 400,
    body: {
      error: 'invalid_instance',
      error_description: expect.stringMatching(
        /^AADSTS50049: Unknown or invalid instance\. Trace ID: /,
      ),
    },
  })
})

test('documents are read by GET only, and the instance is not a tenant’s', async () => {
  const path = `/${TENANT}/discovery/v2.0/keys`
  expect(await send(world, path, { method: 'DELETE' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET' },
  })
  expect((await send(world, `/${TENANT}/discovery/instance`)).status).toBe(404)
})
