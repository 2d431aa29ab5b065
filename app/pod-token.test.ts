import { expect, test } from 'vitest'
import { claimText, claimTimeMs, decodeClaims } from './jwt.ts'
import { podToken } from './pod-token.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const at = (minutes: number) => NOW / 1000 + minutes * 60
const CLAIMS = { iss: 'https://issuer/', sub: 'system:serviceaccount:a:b', aud: ['x', 'y'] }

test('the claims Entra compares are taken as they are', () => {
  expect(podToken({ ...CLAIMS, nbf: at(-1), exp: at(59) }, NOW)).toEqual({
    issuer: 'https://issuer/',
    subject: 'system:serviceaccount:a:b',
    audience: 'x,y',
    expiresAtMs: at(59) * 1000,
  })
})

test.for([
  { when: 'expired this very moment', nbf: -60, exp: 0, code: 'ERR_TOKEN_EXPIRED' },
  { when: 'expired yesterday', nbf: -1500, exp: -1440, code: 'ERR_TOKEN_EXPIRED' },
  { when: 'not valid for another 6 minutes', nbf: 6, exp: 66, code: 'ERR_TOKEN_NOT_YET_VALID' },
])('a token that is $when ends with exit code 22', ({ nbf, exp, code }) => {
  expect(() => podToken({ ...CLAIMS, nbf: at(nbf), exp: at(exp) }, NOW)).toThrow(
    expect.objectContaining({ verdict: expect.objectContaining({ code, exitCode: 22 }) }),
  )
})

test('clocks may differ by five minutes, as for Entra', () => {
  expect(podToken({ ...CLAIMS, nbf: at(5), exp: at(65) }, NOW).audience).toBe('x,y')
})

const encode = (payload: string) => `e30.${Buffer.from(payload).toString('base64url')}.c2ln`

test.for([
  { when: 'an object', token: encode('{"iss":"a","n":3}'), claims: { iss: 'a', n: 3 } },
  { when: 'a list', token: encode('[1]'), claims: undefined },
  { when: 'no JSON', token: encode('hello'), claims: undefined },
  { when: 'two parts', token: 'e30.e30', claims: undefined },
  { when: 'an opaque word', token: 'opaque', claims: undefined },
])('a token whose payload is $when has these claims or none', ({ token, claims }) => {
  expect(decodeClaims(token)).toEqual(claims)
})

test('a claim is shown as text, a time is milliseconds', () => {
  const claims = { aud: ['a', 'b'], n: 3, o: {}, exp: 1.5, text: '7' }
  expect(['aud', 'n', 'o', 'none'].map((name) => claimText(claims, name))).toEqual([
    'a,b',
    '3',
    undefined,
    undefined,
  ])
  expect([claimTimeMs(claims, 'exp'), claimTimeMs(claims, 'text')]).toEqual([1500, undefined])
})
