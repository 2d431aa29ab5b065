import { describe, expect, test } from 'vitest'
import type { EntraDirectory, Identity } from './directory.ts'
import {
  checkLifetime,
  checkTimeRange,
  findIdentity,
  findResource,
  matchCredential,
} from './federation.ts'
import type { AssertionClaims } from './federation.ts'

const ISSUER = 'https://eastus.oic.prod-aks.azure.com/tenant/cluster/'
const SUBJECT = 'system:serviceaccount:shop:writer'
const AUDIENCE = 'api://AzureADTokenExchange'

const IDENTITY: Identity = {
  name: 'writer',
  clientId: 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27',
  principalId: '63cf27a8-90d4-4b1e-a2f6-1e8b3d5c5faa',
  resourceId: '/subscriptions/x',
  federatedCredentials: [
    { name: 'one', issuer: ISSUER, subject: SUBJECT, audience: AUDIENCE },
    { name: 'two', issuer: ISSUER, subject: `${SUBJECT}-2`, audience: 'https://other.example' },
    { name: 'star', issuer: ISSUER, subject: 'system:serviceaccount:shop:*', audience: AUDIENCE },
    { name: 'blank', issuer: ' https://blank.example ', subject: SUBJECT, audience: AUDIENCE },
    { name: 'comma', issuer: 'https://comma.example', subject: SUBJECT, audience: 'a,b' },
  ],
}

const DIRECTORY: EntraDirectory = {
  tenantId: '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11',
  tenantName: 'Keyless',
  identities: [IDENTITY],
  resources: ['https://acct.documents.azure.com', 'https://cosmos.azure.com', ''],
}

function claims(changes: Partial<AssertionClaims> = {}): AssertionClaims {
  return {
    issuer: ISSUER,
    subject: SUBJECT,
    audiences: [AUDIENCE],
    issuedAt: 1_000_000,
    notBefore: 1_000_000,
    expiresAt: 1_003_600,
    ...changes,
  }
}

describe('a credential', () => {
  test.for([
    { when: 'all three are the same', changes: {}, name: 'one' },
    {
      when: 'another credential has this subject and audience',
      changes: { subject: `${SUBJECT}-2`, audiences: ['https://other.example'] },
      name: 'two',
    },
    {
      when: 'the subject is literally the star',
      changes: { subject: 'system:serviceaccount:shop:*' },
      name: 'star',
    },
    {
      when: 'the issuer has the same blanks',
      changes: { issuer: ' https://blank.example ' },
      name: 'blank',
    },
    {
      when: 'its audience has a comma and so has the token’s',
      changes: { issuer: 'https://comma.example', audiences: ['a,b'] },
      name: 'comma',
    },
  ])('matches when $when', ({ changes, name }) => {
    expect(matchCredential(IDENTITY, claims(changes)).name).toBe(name)
  })

  test.for([
    {
      when: 'the issuer lacks its last slash',
      changes: { issuer: ISSUER.slice(0, -1) },
      code: 700211,
    },
    { when: 'the issuer has a second slash', changes: { issuer: `${ISSUER}/` }, code: 700211 },
    { when: 'the issuer is in capitals', changes: { issuer: ISSUER.toUpperCase() }, code: 700211 },
    {
      when: 'the issuer is without its blanks',
      changes: { issuer: 'https://blank.example' },
      code: 700211,
    },
    {
      when: 'the namespace is another',
      changes: { subject: SUBJECT.replace('shop', 'shop2') },
      code: 700213,
    },
    { when: 'the subject would fit a wildcard', changes: { subject: `${SUBJECT}s` }, code: 700213 },
    {
      when: 'the subject is the beginning of the expected one',
      changes: { subject: SUBJECT.slice(0, -1) },
      code: 700213,
    },
    { when: 'the subject ends in a blank', changes: { subject: `${SUBJECT} ` }, code: 700213 },
    {
      when: 'the subject looks the same in other letters',
      changes: { subject: SUBJECT.replace('e', 'е') },
      code: 700213,
    },
    {
      when: 'one letter of the subject is a capital',
      changes: { subject: SUBJECT.replace('shop', 'Shop') },
      code: 7002138,
    },
    {
      when: 'the audience is that of another credential',
      changes: { audiences: ['https://other.example'] },
      code: 700212,
    },
    {
      when: 'the audience differs in letter case',
      changes: { audiences: [AUDIENCE.toLowerCase()] },
      code: 700212,
    },
    { when: 'there is a second audience', changes: { audiences: [AUDIENCE, 'x'] }, code: 700212 },
    {
      when: 'the same audience is there twice',
      changes: { audiences: [AUDIENCE, AUDIENCE] },
      code: 700212,
    },
    { when: 'there is no audience', changes: { audiences: [] }, code: 700212 },
    {
      when: 'two audiences read like one with a comma',
      changes: { issuer: 'https://comma.example', audiences: ['a', 'b'] },
      code: 700212,
    },
  ])('is refused with $code when $when', ({ changes, code }) => {
    expect(() => matchCredential(IDENTITY, claims(changes))).toThrow(`AADSTS${code}: `)
  })

  test.for([
    { wrong: 'everything', changes: { issuer: 'x', subject: 'y', audiences: ['z'] }, code: 700211 },
    { wrong: 'subject and audience', changes: { subject: 'y', audiences: ['z'] }, code: 700213 },
  ])('is refused for the issuer first and the audience last ($wrong)', ({ changes, code }) => {
    expect(() => matchCredential(IDENTITY, claims(changes))).toThrow(`AADSTS${code}: `)
  })

  test('cannot match where there is none', () => {
    const bare = { ...IDENTITY, federatedCredentials: [] }
    expect(() => matchCredential(bare, claims())).toThrow(
      "AADSTS70025: The client 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27'(writer) has no configured federated identity credentials.",
    )
  })

  test('text with a replacement pattern is shown as it is', () => {
    expect(() => matchCredential(IDENTITY, claims({ subject: "$& $' {audience}" }))).toThrow(
      "subject '$& $' {audience}'.",
    )
  })
})

describe('an identity', () => {
  test('is found by its client id in any letter case', () => {
    expect(findIdentity(DIRECTORY, IDENTITY.clientId.toUpperCase())).toBe(IDENTITY)
  })

  test.for([
    { what: 'its principal id', clientId: IDENTITY.principalId },
    { what: 'its name', clientId: IDENTITY.name },
    { what: 'its resource id', clientId: IDENTITY.resourceId },
    { what: 'nothing', clientId: '' },
  ])('is not found by $what', ({ clientId }) => {
    expect(() => findIdentity(DIRECTORY, clientId)).toThrow(
      `AADSTS700016: Application with identifier '${clientId}' was not found in the directory 'Keyless'.`,
    )
  })
})

describe('a lifetime', () => {
  test.for([
    { of: 'an hour', changes: {}, refused: false },
    { of: '25 hours', changes: { expiresAt: 1_000_000 + 90_000 }, refused: false },
    { of: '25 hours and a second', changes: { expiresAt: 1_000_000 + 90_001 }, refused: true },
    { of: 'a year', changes: { expiresAt: 1_000_000 + 31_536_000 }, refused: true },
    {
      of: '26 hours from nbf, for want of iat',
      changes: { issuedAt: undefined, expiresAt: 1_093_600 },
      refused: true,
    },
    { of: 'unknown length', changes: { issuedAt: undefined, notBefore: undefined }, refused: true },
    {
      of: 'an hour that begins in ten years',
      changes: { issuedAt: 316_000_000, expiresAt: 316_003_600 },
      refused: true,
    },
    {
      of: 'an hour that begins at no time',
      changes: { issuedAt: Infinity, expiresAt: 1e300 },
      refused: true,
    },
    { of: 'less than nothing', changes: { expiresAt: 0 }, refused: false },
  ])('of $of is refused: $refused', ({ changes, refused }) => {
    const check = () => checkLifetime(claims(changes), 1_000_000_000)
    if (refused) expect(check).toThrow('AADSTS70023: External OIDC Provider token must have')
    else expect(check).not.toThrow()
  })
})

describe('a time range', () => {
  test.for([
    { when: 'its first second', now: 1_000_000, refused: false },
    { when: 'five minutes early', now: 1_000_000 - 300, refused: false },
    { when: 'more than five minutes early', now: 1_000_000 - 301, refused: true },
    { when: 'almost five minutes late', now: 1_003_600 + 299, refused: false },
    { when: 'five minutes late', now: 1_003_600 + 300, refused: true },
  ])('$when is refused: $refused', ({ now, refused }) => {
    const check = () => checkTimeRange(claims(), now * 1000)
    if (refused) expect(check).toThrow('AADSTS700024: ')
    else expect(check).not.toThrow()
  })

  test('is printed with seven digits, and absent times as 1970', () => {
    expect(() =>
      checkTimeRange(claims({ notBefore: undefined, expiresAt: undefined }), 1_700_000_000_123),
    ).toThrow(
      'Current time: 2023-11-14T22:13:20.1230000Z, assertion valid from 1970-01-01T00:00:00.0000000Z, expiry time of assertion 1970-01-01T00:00:00.0000000Z.',
    )
  })

  test('beyond what a calendar can print is still answered', () => {
    expect(() => checkTimeRange(claims({ notBefore: 1e300 }), 0)).toThrow('valid from 9999-12-31T')
    expect(() => checkTimeRange(claims({ expiresAt: -1e300 }), 0)).toThrow('assertion 0001-01-01T')
  })
})

describe('a scope', () => {
  test.for([
    {
      scope: 'https://acct.documents.azure.com/.default',
      resource: 'https://acct.documents.azure.com',
    },
    { scope: ' https://cosmos.azure.com/.default  ', resource: 'https://cosmos.azure.com' },
  ])('"$scope" asks for $resource', ({ scope, resource }) => {
    expect(findResource(DIRECTORY, scope)).toBe(resource)
  })

  test.for([
    { scope: 'https://acct.documents.azure.com//.default', code: 500011 },
    { scope: 'https://ACCT.documents.azure.com/.default', code: 500011 },
    { scope: 'https://acct.documents.azure.com:443/.default', code: 500011 },
    { scope: 'https://acct.documents.azure.com', code: 1002012 },
    { scope: 'https://acct.documents.azure.com/.default openid', code: 1002012 },
    { scope: '/.default', code: 1002012 },
    { scope: '.default', code: 1002012 },
    { scope: ' ', code: 1002012 },
    {
      scope: 'https://cosmos.azure.com/.default https://acct.documents.azure.com/.default',
      code: 28000,
    },
  ])('"$scope" is refused with $code', ({ scope, code }) => {
    expect(() => findResource(DIRECTORY, scope)).toThrow(`AADSTS${code}: `)
  })
})
