import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getToken, podClaims, startWorld } from './world.ts'
import type { World } from './world.ts'

let world: World
let genuine: string
beforeAll(async () => {
  world = await startWorld()
  genuine = await world.issuer.sign(podClaims())
})
afterAll(() => world.close())

const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 })
const FIRST = { alg: 'RS256', kid: 'first' }

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function unsigned(header: object, claims: object = podClaims()): string {
  return `${encode(header)}.${encode(claims)}`
}

/** Signed by a key that the issuer never had. */
function forged(header: object, claims: object = podClaims()): string {
  const input = unsigned(header, claims)
  return `${input}.${sign('sha256', Buffer.from(input), attacker.privateKey).toString('base64url')}`
}

function hs256(secret: string): string {
  const input = unsigned({ ...FIRST, alg: 'HS256' })
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const BAD_SIGNATURE = 'AADSTS700027: Client assertion contains an invalid signature.'
const MALFORMED = 'AADSTS50027: JWT token is invalid or malformed.'

test.for([
  {
    what: 'a signature by a foreign key under a known kid',
    make: () => forged(FIRST),
    text: BAD_SIGNATURE,
  },
  {
    what: 'a subject changed after signing',
    make: () => {
      const [header, , signature] = genuine.split('.')
      // Its own subject, so that the credential matches and only the signature can tell
      return `${header}.${encode({ ...podClaims(), jti: 'changed' })}.${signature}`
    },
    text: BAD_SIGNATURE,
  },
  {
    what: 'an embedded key (jwk header)',
    make: () => forged({ ...FIRST, jwk: attacker.publicKey.export({ format: 'jwk' }) }),
    text: BAD_SIGNATURE,
  },
  {
    what: 'a key address of its own (jku header)',
    make: () => forged({ ...FIRST, jku: `${world.issuer.url}/evil` }),
    text: BAD_SIGNATURE,
  },
  {
    what: 'a kid that the issuer does not publish',
    make: () => forged({ ...FIRST, kid: 'ghost' }),
    text: 'AADSTS7000272: The certificate with identifier ghost used to sign the federated credential could not be found in the metadata of identity provider https://kubernetes.default.svc.cluster.local. Please validate that your Identity Provider',
  },
  {
    what: 'no kid',
    make: () => forged({ alg: 'RS256' }),
    text: 'AADSTS5002723: Invalid JWT token. No certificate SHA-1 thumbprint',
  },
  {
    what: 'HS256 with the published key as secret',
    make: () => hs256(world.issuer.publicKey('first')),
    text: "AADSTS5002738: Invalid JWT token. 'HS256' is not a supported signature algorithm.",
  },
  {
    what: 'alg none',
    make: () => `${unsigned({ ...FIRST, alg: 'none' })}.AAAA`,
    text: "AADSTS5002738: Invalid JWT token. 'none' is not a supported signature algorithm.",
  },
  {
    what: 'alg none without a signature',
    make: () => `${unsigned({ ...FIRST, alg: 'none' })}.`,
    text: MALFORMED,
  },
  {
    what: 'alg RS384 by the right kind of key',
    make: () => forged({ ...FIRST, alg: 'RS384' }),
    text: "AADSTS5002738: Invalid JWT token. 'RS384' is not a supported signature algorithm.",
  },
  {
    what: 'an unknown critical extension',
    make: () => forged({ ...FIRST, crit: ['x'], x: 1 }),
    text: MALFORMED,
  },
  {
    what: 'an unencoded payload (b64: false)',
    make: () => forged({ ...FIRST, b64: false }),
    text: MALFORMED,
  },
  { what: 'text that is no token', make: () => 'not-a-token', text: MALFORMED },
  { what: 'a token with a fourth part', make: () => `${genuine}.e30`, text: MALFORMED },
  {
    what: 'a token with a line break inside',
    make: () => genuine.replace('.', '.\n'),
    text: MALFORMED,
  },
  { what: 'claims that are a list', make: () => forged(FIRST, [podClaims()]), text: MALFORMED },
  {
    what: 'a subject that is no text',
    make: () => forged(FIRST, podClaims({ sub: 7 })),
    text: MALFORMED,
  },
  {
    what: 'an expiry that is text',
    make: () => forged(FIRST, podClaims({ exp: '9' })),
    text: MALFORMED,
  },
])('$what gets no token', async ({ make, text }) => {
  await expect(getToken(world, make())).rejects.toThrow(text)
})

test('the genuine token still works afterwards', async () => {
  await expect(getToken(world, genuine)).resolves.toMatchObject({ token: expect.any(String) })
})
