import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAccount } from './account.ts'
import type { TestAccount } from './account.ts'

let account: TestAccount
const rids = { container: '', item: '' }

beforeAll(async () => {
  account = await startAccount()
  const data = account.data('contributor')
  const { resource } = await data.items.create({ id: 'secret', partitionKey: 'p', word: 'xyzzy' })
  await data.items.create({ id: 'a b+ü"%20', partitionKey: 'p' })
  rids.item = String(resource?._self)
  rids.container = rids.item.split('/docs/')[0] ?? ''
})
afterAll(() => account.close())

const partition = { 'x-ms-documentdb-partitionkey': '["p"]' }

async function asSibling(target: string, options = {}) {
  const token = await account.token('siblingContributor')
  return account.raw(target, {
    headers: partition,
    authorization: `type=aad&ver=1.0&sig=${token}`,
    ...options,
  })
}

/** Ways to write the path of an item in `data`, for someone who has a role in `other` only. */
const TRICKS = [
  '/dbs/rbacsample/colls/data/docs/secret',
  '/dbs/rbacsample/colls/other/../data/docs/secret',
  '/dbs/rbacsample/colls/other/docs/../../data/docs/secret',
  '/dbs/rbacsample/colls/other/%2e%2e/data/docs/secret',
  '/dbs/rbacsample/colls/other%2F..%2Fdata/docs/secret',
  '/dbs/rbacsample/colls/other%2fdocs/..%2f..%2fdata/docs/secret',
  '/dbs/rbacsample/colls/other%5C..%5Cdata/docs/secret',
  '/dbs/rbacsample/colls/./data/docs/secret',
  '//dbs/rbacsample/colls/data/docs/secret',
  '/dbs//rbacsample/colls/data/docs/secret',
  '/dbs/rbacsample/colls/data/docs/secret/',
  '/dbs/rbacsample/colls/data//docs/secret',
  '/DBS/rbacsample/COLLS/data/DOCS/secret',
  '/dbs/rbacsample/colls/data/Docs/secret',
  '/%64bs/rbacsample/colls/data/docs/secret',
  '/dbs/rbacsample/colls/data/docs/secret?x=/dbs/rbacsample/colls/other',
  '/dbs/rbacsample/colls/other?/../data/docs/secret',
  '/dbs/rbacsample/colls/other%00/docs/secret',
  '/dbs/rbacsample/colls/other;/docs/secret',
  '/dbs/rbacsample/colls/%64ata/docs/secret',
  '/dbs/RBACSAMPLE/colls/other/docs/secret',
  '/dbs/rbacsample/colls/Other/docs/secret',
  '/dbs/rbacsample/colls/other/colls/data/docs/secret',
  '/dbs/rbacsample/colls/other/docs/secret/docs/secret',
  '/dbs/rbacsample/colls/other/docs/%2E%2E',
  '/dbs/rbacsample/colls/other/docs/%ff',
  '/dbs/rbacsample/colls/other/docs/%',
]

test.for(TRICKS)('%s does not reach the sibling container', async (target) => {
  const answer = await asSibling(target)
  expect([403, 404]).toContain(answer.status)
  expect(answer.body).not.toContain('xyzzy')
  expect(answer.message).toContain('ActivityId')
})

test('an id written with needless encoding is the same id, and is judged as that', async () => {
  const answer = await asSibling('/dbs/rbacsample/colls/%64ata/docs/secret')
  expect(answer).toMatchObject({ status: 403, substatus: 5302 })
  expect(answer.message).toContain('on resource [dbs/rbacsample/colls/data]')
})

test('resource ids and _self links address nothing, not even for a contributor', async () => {
  expect(await asSibling(`/${rids.item}`)).toMatchObject({ status: 404 })
  expect(await asSibling(`/${rids.item.slice(0, -1)}`)).toMatchObject({
    status: 403,
    substatus: 5302,
  })
  const own = await account.raw(`/${rids.container}/docs/secret`, { headers: partition })
  expect(own).toMatchObject({ status: 404 })
})

test('a backslash or an absolute URL in the request line is refused', async () => {
  expect(await asSibling('/dbs/rbacsample/colls/other\\..\\data/docs/secret')).toMatchObject({
    status: 400,
  })
  const absolute = await asSibling(`${account.url}/dbs/rbacsample/colls/data/docs/secret`)
  expect(absolute).toMatchObject({ status: 404 })
})

test('every id the SDK can write is read back', async () => {
  const { resource } = await account.data('contributor').item('a b+ü"%20', 'p').read()
  expect(resource?.id).toBe('a b+ü"%20')
})

test('the partition key decides which item an id names, and no body does', async () => {
  const wrong = { 'x-ms-documentdb-partitionkey': '["q"]' }
  const target = '/dbs/rbacsample/colls/data/docs/secret'
  expect(await account.raw(target, { headers: wrong })).toMatchObject({ status: 404 })
  const none = await account.raw(target)
  expect(none).toMatchObject({ status: 400 })
  expect(none.message).toContain('has fewer components than defined')
  const two = { 'x-ms-documentdb-partitionkey': '["p","q"]' }
  expect(await account.raw(target, { headers: two })).toMatchObject({ status: 400 })
})

const docs = '/dbs/rbacsample/colls/data/docs'

test.for<{
  readonly what: string
  readonly method: string
  readonly target: string
  readonly headers?: Record<string, string>
  readonly status: number
  readonly says: string
}>([
  {
    what: 'an unknown path',
    method: 'GET',
    target: '/nothing',
    status: 404,
    says: 'Server could not parse the Url.',
  },
  {
    what: 'an unknown path below an item',
    method: 'GET',
    target: `${docs}/a/attachments`,
    status: 404,
    says: 'Server could not parse the Url.',
  },
  {
    what: 'POST on an item',
    method: 'POST',
    target: `${docs}/a`,
    status: 405,
    says: 'The requested verb is not supported.',
  },
  {
    what: 'DELETE on all items',
    method: 'DELETE',
    target: docs,
    status: 405,
    says: 'The requested verb is not supported.',
  },
  {
    what: 'DELETE on the account',
    method: 'DELETE',
    target: '/',
    status: 405,
    says: 'The requested verb is not supported.',
  },
  {
    what: 'a missing container',
    method: 'GET',
    target: '/dbs/rbacsample/colls/none',
    status: 404,
    says: 'Resource Not Found. Learn more: https:\\/\\/aka.ms\\/cosmosdb-tsg-not-found',
  },
  {
    what: 'a missing database',
    method: 'GET',
    target: '/dbs/none',
    status: 404,
    says: 'Resource Not Found',
  },
  {
    what: 'an upsert that is also a query',
    method: 'POST',
    target: docs,
    headers: {
      'x-ms-documentdb-is-upsert': 'true',
      'x-ms-documentdb-isquery': 'true',
      'content-type': 'application/query+json',
    },
    status: 400,
    says: 'contradict each other',
  },
  {
    what: 'a query that is not declared as one',
    method: 'POST',
    target: docs,
    headers: { 'content-type': 'application/query+json' },
    status: 400,
    says: 'application\\/query+json',
  },
  {
    what: 'a declared query with the type of an item',
    method: 'POST',
    target: docs,
    headers: { 'x-ms-documentdb-isquery': 'true', 'content-type': 'application/json' },
    status: 400,
    says: 'application\\/query+json',
  },
  {
    what: 'an upsert flag that is neither true nor false',
    method: 'POST',
    target: docs,
    headers: { 'x-ms-documentdb-is-upsert': '1' },
    status: 400,
    says: 'must be True or False',
  },
  {
    what: 'the change feed',
    method: 'GET',
    target: docs,
    headers: { 'a-im': 'Incremental Feed' },
    status: 501,
    says: 'The change feed is not supported by this local stand-in.',
  },
  {
    what: 'a stored procedure',
    method: 'POST',
    target: '/dbs/rbacsample/colls/data/sprocs/x',
    status: 501,
    says: 'A stored procedure is not supported',
  },
  {
    what: 'a trigger',
    method: 'POST',
    target: docs,
    headers: { ...partition, 'x-ms-documentdb-pre-trigger-include': 't' },
    status: 501,
    says: 'A trigger is not supported',
  },
  {
    what: 'an item that no query would find',
    method: 'POST',
    target: docs,
    headers: { ...partition, 'x-ms-indexing-directive': 'Exclude' },
    status: 501,
    says: 'An item that is left out of the index is not supported',
  },
  {
    what: 'strong consistency',
    method: 'GET',
    target: `${docs}/a`,
    headers: { ...partition, 'x-ms-consistency-level': 'Strong' },
    status: 400,
    says: 'ConsistencyLevel Strong specified in the request is invalid',
  },
])('$what is answered with $status', async ({ method, target, headers = {}, status, says }) => {
  const answer = await account.raw(target, { method, headers })
  expect(answer.status).toBe(status)
  expect(answer.message).toContain(says)
})
