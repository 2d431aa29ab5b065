import { createHash, createPublicKey } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { StatusError } from './errors.ts'
import { TokenError, createTokenIssuer } from './tokens.ts'

const ISSUER = 'https://kubernetes.default.svc.cluster.local'
const NOW = Date.parse('2026-11-23T10:00:00.400Z')
const serviceAccount = { name: 'worker', uid: 'f7b8a7f0-0000-4000-8000-000000000001' }
const pod = { name: 'demo', uid: 'f7b8a7f0-0000-4000-8000-000000000002' }
const node = { name: 'local', uid: 'f7b8a7f0-0000-4000-8000-000000000003' }
const base = { namespace: 'keyless-cosmos', serviceAccount }

let clock = NOW
const tokens = createTokenIssuer({ issuer: ISSUER, now: () => clock })

test('a pod-bound token has the claims of kube-apiserver, in its order', async () => {
  clock = NOW
  const audiences = ['api://AzureADTokenExchange']
  const issued = await tokens.issue({ ...base, pod, node, audiences })
  const claims = decodeJwt(issued.token)
  expect(claims).toEqual({
    aud: ['api://AzureADTokenExchange'],
    exp: 1_795_428_000 + 3600,
    iat: 1_795_428_000,
    iss: ISSUER,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    'kubernetes.io': { namespace: 'keyless-cosmos', node, pod, serviceaccount: serviceAccount },
    nbf: 1_795_428_000,
    sub: 'system:serviceaccount:keyless-cosmos:worker',
  })
  expect(Object.keys(claims)).toEqual(Object.keys(claims).toSorted())
  expect(issued.expirationTimestamp).toBe('2026-11-23T11:00:00Z')
})

test('the header has only alg and kid, and kid is the hash of the published key', async () => {
  const { token } = await tokens.issue(base)
  const [jwk] = tokens.jwks().keys
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: jwk?.kid })
  const der = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({
    type: 'spki',
    format: 'der',
  })
  expect(jwk?.kid).toBe(createHash('sha256').update(der).digest('base64url'))
  expect(Object.keys(jwk ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
})

test('discovery has exactly the five members kube-apiserver publishes', () => {
  expect(tokens.discovery('https://10.0.0.1:6443/openid/v1/jwks')).toEqual({
    issuer: ISSUER,
    jwks_uri: 'https://10.0.0.1:6443/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
})

test.for([
  { seconds: 599, text: '599: may not specify a duration less than 10 minutes' },
  { seconds: 2 ** 32 + 1, text: '4294967297: may not specify a duration larger than 2^32 seconds' },
])('$seconds seconds are refused as kube-apiserver does', async ({ seconds, text }) => {
  const refused = await tokens
    .issue({ ...base, expirationSeconds: seconds })
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(StatusError)
  expect(refused).toMatchObject({
    code: 422,
    message: `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${text}`,
  })
})

test('only a pod-bound token for the API server of exactly 3607 s lives a year, with warnafter', async () => {
  clock = NOW
  const request = { ...base, expirationSeconds: 3607 }
  const lifetime = async (more: object) => {
    const claims = decodeJwt((await tokens.issue({ ...request, ...more })).token)
    return (claims.exp ?? 0) - (claims.iat ?? 0)
  }
  expect(await lifetime({ pod })).toBe(31_536_000)
  expect(await lifetime({})).toBe(3607)
  expect(await lifetime({ pod, audiences: ['vault'] })).toBe(3607)
  expect(await lifetime({ pod, expirationSeconds: 3608 })).toBe(3608)
  const extended = await tokens.issue({ ...request, pod })
  expect(extended.expirationTimestamp).toBe('2026-11-23T11:00:07Z')
  expect(decodeJwt(extended.token)['kubernetes.io']).toMatchObject({ warnafter: 1_795_431_607 })
})

test.for([
  { when: 'a minute past its end (the leeway)', afterSeconds: 3659, good: true },
  { when: 'beyond the leeway', afterSeconds: 3661, good: false },
])('a token $when is accepted: $good', async ({ afterSeconds, good }) => {
  clock = NOW
  const { token } = await tokens.issue(base)
  clock = NOW + afterSeconds * 1000
  const answer = await tokens.verify(token).catch((error: unknown) => error)
  if (good) expect(answer).toMatchObject({ sub: 'system:serviceaccount:keyless-cosmos:worker' })
  else expect(answer).toEqual(new TokenError('service account token has expired'))
})

test('a token of another key, or for another audience, is not for this API server', async () => {
  clock = NOW
  const foreign = await createTokenIssuer({ issuer: ISSUER, now: () => clock }).issue(base)
  await expect(tokens.verify(foreign.token)).rejects.toThrow('invalid bearer token')
  const { token } = await tokens.issue({ ...base, audiences: ['api://AzureADTokenExchange'] })
  await expect(tokens.verify(token)).rejects.toThrow(
    `token audiences ["api://AzureADTokenExchange"] is invalid for the target audiences ["${ISSUER}"]`,
  )
  await expect(tokens.verify(token, ['api://AzureADTokenExchange'])).resolves.toBeDefined()
})
