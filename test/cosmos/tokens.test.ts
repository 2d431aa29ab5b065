import { CosmosClient, ErrorResponse } from '@azure/cosmos'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PRINCIPALS, startAccount } from './account.ts'
import type { TestAccount } from './account.ts'
import { TENANT } from './tenant.ts'

const NOW = Date.parse('2026-01-30T14:47:35Z')
const OTHER_TENANT = '99999999-1b6f-4d0e-9a57-0c6b1f2d7e11'
const seconds = NOW / 1000

let account: TestAccount
beforeAll(async () => {
  account = await startAccount({ now: () => NOW })
})
afterAll(() => account.close())

/** Claims of a good token at the account's own time. */
const good = { oid: PRINCIPALS.contributor, nbf: seconds - 300, exp: seconds + 3600 }
const path = '/dbs/rbacsample/colls/data'
const blocked = 'Request blocked by Auth test-account : '
const aad = (token: string) => `type=aad&ver=1.0&sig=${token}`

test.for<{
  readonly when: string
  readonly token: (it: TestAccount['tenant'], url: string) => Promise<string> | string
  readonly substatus: number
  readonly says: (url: string) => string
}>([
  {
    when: 'it has expired',
    token: (it) => it.token({ ...good, exp: Date.parse('2026-01-30T10:38:31Z') / 1000 }),
    substatus: 5006,
    says: () =>
      `${blocked}Provided AAD token has been expired since [1/30/2026 10:38:31 AM (UTC)]. ` +
      'Current server time is [1/30/2026 2:47:35 PM (UTC)]. Please refresh the AAD token.',
  },
  {
    when: 'it expires this very second',
    token: (it) => it.token({ ...good, exp: seconds }),
    substatus: 5006,
    says: () => 'Provided AAD token has been expired since',
  },
  {
    when: 'it is not valid yet',
    token: (it) => it.token({ ...good, nbf: seconds + 60 }),
    substatus: 5005,
    says: () => 'Provided AAD token is not valid before [1/30/2026 2:48:35 PM (UTC)].',
  },
  {
    when: 'its audience is the account with a slash',
    token: (it, url) => it.token({ ...good, aud: `${url}/` }),
    substatus: 5008,
    says: (url) =>
      `Provided AAD token is intended for [${url}/]. This database account accepts tokens intended for ` +
      '[https://test-account.documents.azure.com, https://test-account.sql.cosmos.azure.com, ' +
      `https://test-account.sqlx.cosmos.azure.com, https://cosmos.azure.com, ${url}, `,
  },
  {
    when: 'its audience is another service',
    token: (it) => it.token({ ...good, aud: 'https://management.azure.com' }),
    substatus: 5008,
    says: () => 'Provided AAD token is intended for [https://management.azure.com].',
  },
  {
    when: 'its audience is another account',
    token: (it) => it.token({ ...good, aud: 'https://other.documents.azure.com' }),
    substatus: 5008,
    says: () => 'Provided AAD token is intended for [https://other.documents.azure.com].',
  },
  {
    when: 'it has two audiences, one of them right',
    token: (it) =>
      it.token({ ...good, aud: ['https://cosmos.azure.com', 'https://vault.azure.net'] }),
    substatus: 5008,
    says: () =>
      'Provided AAD token is intended for [https://cosmos.azure.com,https://vault.azure.net].',
  },
  {
    when: 'another tenant issued it',
    token: (it) =>
      it.token({ ...good, tid: OTHER_TENANT, iss: `https://sts.windows.net/${OTHER_TENANT}/` }),
    substatus: 5007,
    says: () =>
      `${blocked}Provided AAD token was issued by the authority [${OTHER_TENANT}] which is not trusted by this ` +
      `database account. Please ensure the token has been issued by the AAD tenant(s) [${TENANT}].`,
  },
  {
    when: 'its issuer is not the tenant it names',
    token: (it) => it.token({ ...good, iss: `https://sts.windows.net/${OTHER_TENANT}/` }),
    substatus: 5007,
    says: () => `issued by the authority [https://sts.windows.net/${OTHER_TENANT}/]`,
  },
  {
    when: 'it names no object id',
    token: (it) => it.token({ ...good, oid: undefined }),
    substatus: 5011,
    says: () => `${blocked}Provided AAD token has no object id (oid) of a principal.`,
  },
  {
    when: 'it never expires',
    token: (it) => it.token({ ...good, exp: undefined }),
    substatus: 5003,
    says: () => `${blocked}Provided AAD token has no expiry.`,
  },
  {
    when: 'it has no signature (alg none)',
    token: (it) => it.unsigned(good),
    substatus: 5004,
    says: () => `${blocked}Provided AAD token has an invalid signature.`,
  },
  {
    when: 'it is signed with the public key as a secret (HS256)',
    token: (it) => it.symmetric(good),
    substatus: 5004,
    says: () => `${blocked}Provided AAD token has an invalid signature.`,
  },
  {
    when: 'a foreign key signed it under the tenant key id',
    token: (it) => it.forged(good),
    substatus: 5004,
    says: () => `${blocked}Provided AAD token has an invalid signature.`,
  },
  {
    when: 'a key the tenant does not publish signed it',
    token: (it) => it.forged(good, 'unknown-key'),
    substatus: 5200,
    says: () => `${blocked}Provided AAD token is signed by a key that the tenant does not publish.`,
  },
  {
    when: 'it is garbage',
    token: () => 'garbage',
    substatus: 5003,
    says: () => `${blocked}Provided AAD token has an invalid format.`,
  },
])('a token is refused with 401/$substatus when $when', async ({ token, substatus, says }) => {
  const value = await token(account.tenant, account.url)
  const answer = await account.raw(path, { authorization: aad(value) })
  expect(answer).toMatchObject({ status: 401, substatus })
  expect(answer.message).toContain(says(account.url))
  expect(answer.body).not.toContain(value)
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'Unauthorized' })
  expect(answer.headers['x-ms-gatewayversion']).toBe('version=2.14.0')
  expect(answer.message).toContain(`ActivityId: ${String(answer.headers['x-ms-activity-id'])}`)
})

test.for<{ readonly audience: string }>([
  { audience: 'https://cosmos.azure.com' },
  { audience: 'https://test-account.documents.azure.com' },
  { audience: 'OWN_ORIGIN' },
])('a token for $audience is accepted', async ({ audience }) => {
  const aud = audience === 'OWN_ORIGIN' ? account.url : audience
  const token = await account.tenant.token({ ...good, aud })
  expect(await account.raw(path, { authorization: aad(token) })).toMatchObject({ status: 200 })
})

test('the header is read raw and URL-encoded', async () => {
  const header = aad(await account.tenant.token(good))
  const encoded = encodeURIComponent(header)
  expect(await account.raw(path, { authorization: encoded })).toMatchObject({ status: 200 })
})

const missing =
  'Required Header authorization is missing. Ensure a valid Authorization token is passed.'
const malformed =
  "Authorization header doesn't confirm to the required format. Please verify and try again."
const disabled = 'Local Authorization is disabled. Use an AAD token to authorize all requests.'

test.for<{
  readonly header: string
  readonly value: string | null
  readonly substatus: number
  readonly says: string
}>([
  { header: 'no authorization', value: null, substatus: 5000, says: missing },
  { header: 'a bearer token', value: 'Bearer abc', substatus: 5001, says: malformed },
  { header: 'a broken encoding', value: '%E0%A4%A', substatus: 5001, says: malformed },
  {
    header: 'an unknown type',
    value: 'type=magic&ver=1.0&sig=x',
    substatus: 5001,
    says: malformed,
  },
  {
    header: 'an unknown version',
    value: 'type=aad&ver=2.0&sig=x',
    substatus: 5001,
    says: malformed,
  },
  {
    header: 'a key',
    value: encodeURIComponent('type=master&ver=1.0&sig=c2lnbmF0dXJl'),
    substatus: 5202,
    says: disabled,
  },
  {
    header: 'a resource token',
    value: encodeURIComponent('type=resource&ver=1&sig=abc==;payload;'),
    substatus: 5202,
    says: disabled,
  },
])('$header is refused with 401/$substatus', async ({ value, substatus, says }) => {
  const answer = await account.raw(path, { authorization: value })
  expect(answer).toMatchObject({ status: 401, substatus })
  expect(answer.message).toContain(says)
})

test('the SDK with a key learns that local authorization is disabled', async () => {
  const key = Buffer.from('any key').toString('base64')
  const keyed = new CosmosClient({ endpoint: account.url, key, agent: account.agent })
  const error: unknown = await keyed.getDatabaseAccount().catch((reason: unknown) => reason)
  keyed.dispose()
  expect(error).toBeInstanceOf(ErrorResponse)
  expect(error).toMatchObject({ code: 401, substatus: 5202 })
  expect((error as ErrorResponse).message).toContain(disabled)
})

test('an own origin counts only as the certificate names it, whatever Host header is sent', async () => {
  const token = await account.tenant.token({ ...good, aud: 'https://vault.example.com' })
  const forged = await account.raw(path, {
    authorization: aad(token),
    headers: { host: 'vault.example.com' },
  })
  expect(forged).toMatchObject({ status: 400 })
  expect(forged.message).toContain('The request hostname is invalid.')
})

test('the signing keys are fetched once, however many tokens come', async () => {
  const before = account.tenant.fetches()
  const token = aad(await account.tenant.token(good))
  await Promise.all([1, 2, 3].map(() => account.raw(path, { authorization: token })))
  expect(account.tenant.fetches()).toBe(before)
})

test('a rotated key is found, but an unknown one is not asked for at every request', async () => {
  let now = NOW
  const rotating = await startAccount({ now: () => now })
  try {
    const call = async () =>
      rotating.raw(path, { authorization: aad(await rotating.tenant.token(good)) })
    expect(await call()).toMatchObject({ status: 200 })
    await rotating.tenant.rotate()
    expect(await call()).toMatchObject({ status: 401, substatus: 5200 })
    expect(rotating.tenant.fetches()).toBe(1)
    now += 6_000
    expect(await call()).toMatchObject({ status: 200 })
    expect(rotating.tenant.fetches()).toBe(2)
  } finally {
    await rotating.close()
  }
})

test('without the keys nobody is let in: 503', async () => {
  const alone = await startAccount({ now: () => NOW })
  try {
    await alone.tenant.close()
    const token = aad(await alone.tenant.token(good))
    const answer = await alone.raw(path, { authorization: token })
    expect(answer).toMatchObject({ status: 503 })
    expect(answer.message).toContain('The signing keys of the tenant could not be read')
  } finally {
    await alone.close()
  }
})

test('a token that stands in the URL by mistake is in no record and no refusal', async () => {
  const careless = await startAccount({ now: () => NOW })
  try {
    const token = await careless.tenant.token(good)
    const answers = [
      await careless.raw(`/?sig=${token}`, { authorization: aad(token) }),
      await careless.raw(`/dbs/${token}`, { authorization: aad(token) }),
      await careless.raw(`/dbs/${token}/colls`, { method: 'POST', authorization: aad(token) }),
    ]
    const seen = JSON.stringify([careless.audit, answers.map(({ body }) => body)])
    expect(careless.audit).toHaveLength(3)
    expect(seen).not.toContain(token.slice(0, 24))
  } finally {
    await careless.close()
  }
})
