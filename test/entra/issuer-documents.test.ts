import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readIssuerKeys } from '../../local/entra/issuer-documents.ts'
import { createKeyFinder } from '../../local/entra/issuer-keys.ts'
import type { IssuerSource } from '../../local/entra/server.ts'
import { listen } from '../../local/http.ts'
import { createAuthority } from '../../local/tls.ts'
import { ISSUER, startIssuer } from './issuer.ts'
import { getToken, podClaims, postForm, startWorld, tokenForm } from './world.ts'
import type { World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const UNKNOWN_KEY = /AADSTS7000272: The certificate with identifier \S+ used to sign/
const NO_ANSWER = 'invalid_request: Error(s): 90061'
const USELESS_ANSWER = 'invalid_request: Error(s): 50166'
const SENTENCE = ': Request to External OIDC endpoint failed.'

async function exchangeSignedBy(kid: string) {
  return getToken(world, await world.issuer.sign(podClaims(), { kid }))
}

test('a new key is accepted beside the old one, after at most one more question', async () => {
  await exchangeSignedBy('first')
  await world.issuer.addKey('second')
  await expect(exchangeSignedBy('second')).rejects.toThrow(UNKNOWN_KEY)

  world.clock.offset += 5_001
  await expect(exchangeSignedBy('second')).resolves.toBeDefined()
  await expect(exchangeSignedBy('first')).resolves.toBeDefined()
  expect(world.issuer.asked).toHaveLength(4)
})

test('unknown keys make the issuer be asked every five seconds at most', async () => {
  await world.issuer.addKey('ghost')
  world.issuer.hideKey('ghost')
  for (let attempt = 0; attempt < 5; attempt++) {
    await expect(exchangeSignedBy('ghost')).rejects.toThrow(UNKNOWN_KEY)
  }
  expect(world.issuer.asked).toHaveLength(2)
})

test('keys that were read for one issuer are not those of another at the same address', async () => {
  const { certificateAuthority } = world
  const { url } = world.issuer
  const sources = [ISSUER, 'https://other.example'].map((issuer) => ({
    issuer,
    url,
    certificateAuthority,
  }))
  const keys = createKeyFinder({ issuers: () => sources, now: Date.now })
  await expect(keys.find(ISSUER, 'first')).resolves.toBeDefined()
  await expect(keys.find('https://other.example', 'first')).rejects.toMatchObject({ code: 50166 })
})

test('a token for one server is not sent to another that it names for its keys', async () => {
  const authority = await createAuthority(Date.now())
  const sent: (string | null)[] = []
  const tls = await authority.issue(['127.0.0.1'])
  const elsewhere = await listen(
    (request) => {
      sent.push(request.headers.get('authorization'))
      return Response.json({ keys: [] })
    },
    { tls, name: 'other server' },
  )
  const issuer = await listen(
    (request) => {
      sent.push(request.headers.get('authorization'))
      return Response.json({ issuer: issuer.url, jwks_uri: `${elsewhere.url}/keys` })
    },
    { tls, name: 'issuer' },
  )
  const certificateAuthority = authority.certificate
  await readIssuerKeys({ issuer: issuer.url, url: issuer.url, certificateAuthority, token: 'mine' })
  await Promise.all([issuer.close(), elsewhere.close()])
  expect(sent).toEqual(['Bearer mine', null])
})

test('a withdrawn key is good for as long as the cached copy, five minutes', async () => {
  await exchangeSignedBy('first')
  world.issuer.hideKey('first')
  world.clock.offset += 4 * 60_000
  await expect(exchangeSignedBy('first')).resolves.toBeDefined()
  world.clock.offset += 60_001
  await expect(exchangeSignedBy('first')).rejects.toThrow(UNKNOWN_KEY)
})

test.for([
  { when: 'they are gone', answer: () => new Response(null, { status: 404 }) },
  { when: 'they are for others', answer: () => new Response('no', { status: 403 }) },
  { when: 'they have moved', answer: () => Response.redirect('https://127.0.0.1:1/', 302) },
  { when: 'they are HTML', answer: () => new Response('<!doctype html>') },
  { when: 'they are no object', answer: () => Response.json(null) },
  { when: 'they never end', answer: () => new Response('x'.repeat(300 * 1024)) },
  {
    when: 'they name another issuer',
    answer: () => Response.json({ issuer: `${ISSUER}/`, jwks_uri: `${ISSUER}/openid/v1/jwks` }),
  },
  { when: 'they name no key set', answer: () => Response.json({ issuer: ISSUER }) },
  {
    when: 'their key set holds no list',
    answer: () => Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys`, keys: {} }),
  },
])("the issuer's documents are of no use when $when", async ({ answer }) => {
  world.issuer.answerWith(answer)
  const refused = await exchangeSignedBy('first').catch(String)
  expect(refused).toContain(USELESS_ANSWER)
  expect(refused).toContain(SENTENCE)

  world.issuer.answerWith(undefined)
  await expect(exchangeSignedBy('first')).resolves.toBeDefined()
})

test('a key that is too short, for encryption or not RSA is as good as none', async () => {
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const keys = [
    { ...rsaKey(1024), kid: 'first' },
    { ...rsaKey(2048), kid: 'first', use: 'enc' },
    { ...rsaKey(2048), kid: 'first', alg: 'RS512' },
    { ...elliptic.export({ format: 'jwk' }), kid: 'first' },
    { kty: 'RSA', kid: 'first', n: 'no number', e: 7 },
    null,
  ]
  for (const key of keys) {
    world.clock.offset += 6_000
    world.issuer.answerWith(() =>
      Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/openid/v1/jwks`, keys: [key] }),
    )
    await expect(exchangeSignedBy('first')).rejects.toThrow(UNKNOWN_KEY)
  }
})

test('an issuer that does not answer within five seconds is given up', async () => {
  world.issuer.answerWith(() => new Promise(() => {}))
  const refused = await exchangeSignedBy('first').catch(String)
  expect(refused).toContain(NO_ANSWER)
  expect(refused).toContain(SENTENCE)
})

test('an issuer that is not there, or shows a foreign certificate, cannot be asked', async () => {
  const stranger = await startIssuer(await createAuthority(Date.now()))
  const sources: readonly IssuerSource[] = [
    { issuer: ISSUER, url: 'https://127.0.0.1:1' },
    { issuer: ISSUER, url: stranger.url, certificateAuthority: world.certificateAuthority },
  ]
  for (const source of sources) {
    const other = await startWorld({ issuers: () => [source] })
    const refused = await getToken(other, await other.issuer.sign(podClaims())).catch(String)
    await other.close()
    expect(refused).toContain(NO_ANSWER)
  }
  expect(stranger.asked).toEqual([])
  await stranger.close()
})

test('an issuer without TLS is never asked', async () => {
  const other = await startWorld({
    issuers: () => [{ issuer: ISSUER, url: world.issuer.url.replace('https', 'http') }],
  })
  const refused = await getToken(other, await other.issuer.sign(podClaims())).catch(String)
  await other.close()
  expect(refused).toContain(USELESS_ANSWER)
  expect(world.issuer.asked).toEqual([])
})

test('an API server that hides its documents is asked with a bearer token', async () => {
  const other = await startWorld({
    issuers: () => [
      {
        issuer: ISSUER,
        url: world.issuer.url,
        certificateAuthority: world.certificateAuthority,
        token: 'cluster-token',
      },
    ],
  })
  const seen: (string | null)[] = []
  world.issuer.answerWith((request) => {
    seen.push(request.headers.get('authorization'))
    return new Response(null, { status: 403 })
  })
  await getToken(other, await other.issuer.sign(podClaims())).catch(String)
  await other.close()
  expect(seen).toEqual(['Bearer cluster-token'])
})

test('a key set at an address of the cluster’s own is read from the mapped source', async () => {
  let asked = ''
  world.issuer.answerWith((request) => {
    asked = new URL(request.url).pathname
    return Response.json({
      issuer: ISSUER,
      jwks_uri: 'https://172.18.0.2:6443/openid/v1/jwks',
      keys: [],
    })
  })
  await exchangeSignedBy('first').catch(String)
  expect(asked).toBe('/openid/v1/jwks')
})

test('an issuer that no credential names is never asked, whatever the token says', async () => {
  const assertion = await world.issuer.sign(podClaims({ iss: world.issuer.url }))
  const { status } = await postForm(world, tokenForm(assertion))
  expect(status).toBe(401)
  expect(world.issuer.asked).toEqual([])
})

function rsaKey(modulusLength: number) {
  return generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })
}
