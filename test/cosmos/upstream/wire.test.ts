// What reaches the emulator, and what of it reaches the client.
import { ChangeFeedStartFrom } from '@azure/cosmos'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACCOUNT } from '../account.ts'
import { startUpstreamAccount } from './account.ts'
import type { UpstreamAccount } from './account.ts'
import type { Fault } from './recording-upstream.ts'

const docs = '/dbs/rbacsample/colls/data/docs'
const partition = { 'x-ms-documentdb-partitionkey': '["p"]' }

let account: UpstreamAccount
beforeEach(async () => {
  account = await startUpstreamAccount()
})
afterEach(async () => {
  expect(account.upstream.problems).toEqual([])
  await account.close()
})

function lastRequest() {
  const request = account.upstream.requests.at(-1)
  if (!request) throw new Error('nothing has reached the upstream')
  return request
}

describe('what reaches the emulator', () => {
  test('nothing of a request that was refused', async () => {
    const nobody = { authorization: `type=aad&ver=1.0&sig=${await account.token('nobody')}` }
    const refused = await Promise.all([
      account.raw(docs, { method: 'POST', authorization: null, body: '{' }),
      account.raw(docs, { method: 'POST', ...nobody, body: '{}' }),
      account.raw(`${docs}/x`, { ...nobody, headers: partition }),
      account.raw('/dbs', { method: 'POST', body: '{"id":"mine"}' }),
      account.raw('/dbs/rbacsample', { method: 'DELETE' }),
      account.raw('//addresses/', {}),
      account.raw('/addresses', {}),
      account.raw('/dbs/rbacsample/../../offers', {}),
    ])
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 403, 403, 403, 404, 404, 404])
    expect(account.upstream.requests).toEqual([])
  })

  test('the operation by its own name, whatever the client wrote', async () => {
    await account.raw(`/dbs/rbacsample/colls/data/docs/%61%20%2B%C3%BC`, { headers: partition })
    expect(lastRequest().line).toBe(`GET ${docs}/a%20%2B%C3%BC`)
  })

  test('the headers of the operation, and nothing about the client', async () => {
    await account.raw(docs, {
      method: 'POST',
      body: '{"id":"a","partitionKey":"p"}',
      headers: {
        ...partition,
        'x-ms-documentdb-is-upsert': 'true',
        'x-ms-session-token': '0:-1#1',
        'x-ms-date': 'Thu, 01 Jan 1970 00:00:00 GMT',
        'user-agent': 'spy/1',
        'x-ms-useragent': 'spy/1',
        'x-forwarded-for': '192.0.2.1',
        cookie: 'a=b',
        'x-ms-max-item-count': '1',
        'x-ms-documentdb-query-enablecrosspartition': 'true',
        'x-ms-cosmos-allow-tentative-writes': 'true',
        'accept-encoding': 'gzip',
      },
    })
    const { line, headers, body } = lastRequest()
    expect(line).toBe(`POST ${docs}`)
    expect(body).toBe('{"id":"a","partitionKey":"p"}')
    const { authorization, 'x-ms-date': date, ...others } = headers
    expect(authorization).toMatch(/^type%3Dmaster%26ver%3D1\.0%26sig%3D/)
    expect(Math.abs(Date.parse(String(date)) - Date.now())).toBeLessThan(60_000)
    expect(others).toEqual({
      host: new URL(account.upstream.url).host,
      connection: 'keep-alive',
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': '29',
      'x-ms-version': '2020-07-15',
      'x-ms-documentdb-partitionkey': '["p"]',
      'x-ms-documentdb-is-upsert': 'True',
      'x-ms-session-token': '0:-1#1',
    })
  })

  test('a batch as it was read when it was allowed, not as another reader might read it', async () => {
    await account.raw(docs, {
      method: 'POST',
      headers: {
        ...partition,
        'x-ms-cosmos-is-batch-request': 'true',
        'x-ms-cosmos-batch-atomic': 'true',
      },
      body: '[{"OperationType":"Delete","operationType":"Delete","operationType":"Read","id":"a"}]',
    })
    expect(lastRequest().body).toBe('[{"operationType":"Read","id":"a"}]')
  })

  test('a bulk request keeps the partition of each operation', async () => {
    const operation = { operationType: 'Read', partitionKey: '["p"]', id: 'a' }
    const headers = {
      'x-ms-cosmos-is-batch-request': 'true',
      'x-ms-cosmos-batch-atomic': 'false',
      'x-ms-cosmos-batch-continue-on-error': 'true',
      'x-ms-documentdb-partitionkeyrangeid': '0',
    }
    await account.raw(docs, { method: 'POST', headers, body: JSON.stringify([operation]) })
    const sent = lastRequest()
    expect(JSON.parse(sent.body)).toEqual([operation])
    expect(sent.headers).toMatchObject({
      ...headers,
      'x-ms-cosmos-is-batch-request': 'True',
    })
  })

  test('no stored procedure, conflict, trigger, key range or If-None-Match on a write: 501', async () => {
    const asked = await Promise.all([
      account.raw('/dbs/rbacsample/colls/data/sprocs/a', { method: 'POST', body: '[]' }),
      account.raw('/dbs/rbacsample/colls/data/conflicts', {}),
      account.raw(docs, {
        method: 'POST',
        headers: { ...partition, 'x-ms-documentdb-pre-trigger-include': 'a' },
        body: '{"id":"a"}',
      }),
      account.raw(docs, { headers: { 'x-ms-start-epk': '05' } }),
      account.raw(docs, {
        method: 'POST',
        headers: { ...partition, 'if-none-match': '*' },
        body: '{"id":"a"}',
      }),
    ])
    expect(asked.map(({ status }) => status)).toEqual([501, 501, 501, 501, 501])
    expect(asked.map(({ message }) => message.split(' is not')[0])).toEqual([
      'A stored procedure',
      'The conflict feed',
      'A trigger',
      'A range of effective partition keys',
      'If-None-Match on a write',
    ])
    const lines = account.upstream.requests.map(({ line }) => line)
    expect(lines.filter((line) => /docs|sprocs|conflicts/.test(line))).toEqual([])
  })
})

describe('what the embedded store refuses and the emulator has', () => {
  test('the change feed goes from page to page by its etag, and ends with 304', async () => {
    const page = { _rid: '', Documents: [{ id: 'a', partitionKey: 'p', _lsn: 7 }], _count: 1 }
    account.upstream.fail(
      [
        (answer) => answer.writeHead(200, { etag: '"7"' }).end(JSON.stringify(page)),
        (answer) => answer.writeHead(304, { etag: '"7"' }).end(),
      ],
      /GET .*docs/,
    )
    const feed = account.data('contributor').items.getChangeFeedIterator({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning('p'),
    })
    const first = await feed.readNext()
    expect(first.result).toMatchObject([{ id: 'a' }])
    // The SDK rounds down what a change feed costs.
    expect(first.requestCharge).toBe(2)
    const last = await feed.readNext()
    expect(last).toMatchObject({ statusCode: 304, requestCharge: 1 })
    const [asked, again] = account.upstream.requests.filter(({ line }) => line === `GET ${docs}`)
    expect(asked?.headers).toMatchObject({
      'a-im': 'Incremental Feed',
      'x-ms-documentdb-partitionkey': '["p"]',
    })
    expect(again?.headers).toMatchObject({ 'if-none-match': '"7"' })
  })

  test('a bulk request of the SDK is answered operation by operation', async () => {
    account.upstream.fail(
      [
        (answer) =>
          answer
            .writeHead(207)
            .end('[{"statusCode":201,"resourceBody":{"id":"a"}},{"statusCode":404}]'),
      ],
      /POST .*docs/,
    )
    const results = await account.data('contributor').items.executeBulkOperations([
      { operationType: 'Create', partitionKey: 'p', resourceBody: { id: 'a', partitionKey: 'p' } },
      { operationType: 'Delete', partitionKey: 'p', id: 'missing' },
    ])
    expect(results.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual([
      201, 404,
    ])
    expect(account.audit.at(-1)).toMatchObject({ status: 207, charge: 5.29 })
    const { headers, body } = lastRequest()
    expect(headers).toMatchObject({
      'x-ms-cosmos-batch-atomic': 'false',
      'x-ms-documentdb-partitionkeyrangeid': '0',
    })
    expect(JSON.parse(body)).toMatchObject([
      { operationType: 'Create', partitionKey: '["p"]' },
      { operationType: 'Delete', partitionKey: '["p"]', id: 'missing' },
    ])
  })

  test('a query the embedded store does not know', async () => {
    const rows = { _rid: '', Documents: [{ n: 2 }], _count: 1 }
    // The SDK asks for a plan at the same time; it needs none if there are rows.
    const answered: Fault = (answer) => answer.writeHead(200).end(JSON.stringify(rows))
    account.upstream.fail([answered, answered], /POST .*docs/)
    const query = 'SELECT COUNT(1) AS n FROM c GROUP BY c.partitionKey'
    const { resources } = await account
      .data('contributor')
      .items.query(query, { partitionKey: 'p' })
      .fetchAll()
    expect(resources).toEqual([{ n: 2 }])
  })
})

describe('what reaches the client', () => {
  test('the account document is the gateway’s own, and the emulator is not asked for it', async () => {
    const { body } = await account.raw('/')
    expect(JSON.parse(body)).toMatchObject({
      id: 'test-account',
      writableLocations: [{ databaseAccountEndpoint: `${account.url}/` }],
    })
    expect(body).not.toContain('upstream.invalid')
    expect(account.upstream.requests).toEqual([])
  })

  test('databases and containers that are declared, and no others', async () => {
    await account.raw('/dbs/rbacsample')
    account.upstream.add({
      id: 'foreign',
      containers: [{ id: 'secret', partitionKeyPath: '/id' }],
    })
    const client = account.client('contributor')
    const { resources: databases } = await client.databases.readAll().fetchAll()
    expect(databases.map(({ id }) => id)).toEqual(['rbacsample', 'second'])
    const hidden = [
      '/dbs/foreign',
      '/dbs/foreign/colls/secret',
      '/dbs/foreign/colls/secret/docs',
      '/dbs/keyless-cosmos-probe',
      '/dbs/keyless-cosmos-probe/colls/writes/docs',
    ]
    for (const target of hidden) expect((await account.raw(target)).status, target).toBe(404)
    expect(account.upstream.requests.map(({ line }) => line)).not.toContain('GET /dbs/foreign')
  })

  test('one activity id, the gateway’s, in header and message', async () => {
    const answer = await account.raw(`${docs}/missing`, { headers: partition })
    const activityId = String(answer.headers['x-ms-activity-id'])
    expect(answer.status).toBe(404)
    expect(answer.message.match(/ActivityId/g)).toHaveLength(1)
    expect(answer.message).toContain(`ActivityId: ${activityId},`)
    expect(activityId).not.toMatch(/^aaaaaaaa/)
  })

  test('the request charge is estimated, and the session token is the emulator’s', async () => {
    const data = account.data('contributor')
    const created = await data.items.create({ id: 'a', partitionKey: 'p' })
    expect(created.requestCharge).toBe(5.29)
    expect(created.headers['x-ms-session-token']).toMatch(/^0:-1#\d+$/)
    expect((await data.item('a', 'p').read()).requestCharge).toBe(1)
    expect((await data.item('a', 'p').delete()).requestCharge).toBe(5.29)
    const { requestCharge } = await data.items.query('SELECT * FROM c').fetchAll()
    expect(requestCharge).toBeGreaterThan(2)
    const { result } = await data.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'b', partitionKey: 'p' } },
        { operationType: 'Read', id: 'b' },
      ],
      'p',
    )
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 200])
    expect(account.audit.at(-1)).toMatchObject({ charge: 6.29 })
  })

  test('a charge, a count and a retry time the emulator does send are kept; the rest stays there', async () => {
    account.upstream.fail(
      [
        (answer) =>
          answer
            .writeHead(200, {
              'x-ms-request-charge': '7.5',
              'x-ms-item-count': '0',
              'content-location': 'http://upstream.invalid/',
              'set-cookie': 'a=b',
              server: 'Kestrel',
            })
            .end('{"_rid":"","Documents":[],"_count":0}'),
      ],
      /GET .*docs/,
    )
    const { headers } = await account.raw(docs)
    expect(headers).toMatchObject({ 'x-ms-request-charge': '7.5', 'x-ms-item-count': '0' })
    for (const name of ['content-location', 'set-cookie', 'server'])
      expect(headers).not.toHaveProperty(name)
  })
})

test('a container that is declared later is made when it is first asked for', async () => {
  let current = ACCOUNT
  const changing = await startUpstreamAccount({ account: () => current })
  try {
    const later = '/dbs/third/colls/late'
    expect((await changing.raw(later)).status).toBe(404)
    const third = { id: 'third', containers: [{ id: 'late', partitionKeyPath: '/a' }] }
    current = { ...ACCOUNT, databases: [...ACCOUNT.databases, third] }
    expect((await changing.raw(later)).status).toBe(200)
    expect(changing.upstream.requests.map(({ line }) => line)).toContain('POST /dbs/third/colls')
    expect(changing.upstream.problems).toEqual([])
  } finally {
    await changing.close()
  }
})
