// An emulator that breaks in every way: what the client of the account is told then.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUpstreamAccount } from './account.ts'
import type { UpstreamAccount } from './account.ts'
import type { Fault } from './recording-upstream.ts'

const docs = '/dbs/rbacsample/colls/data/docs'
const partition = { 'x-ms-documentdb-partitionkey': '["p"]' }

let account: UpstreamAccount
beforeAll(async () => {
  account = await startUpstreamAccount({ requestTimeoutMs: 2_000 })
})
beforeEach(() => account.store.probe(new AbortController().signal))
afterAll(() => account.close())

const html: Fault = (answer) =>
  answer.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad Gateway</html>')
const reset: Fault = (answer) => answer.socket?.destroy()
const cutOff: Fault = (answer) => {
  answer.writeHead(200, { 'content-length': '1000' })
  answer.write('{"id":"a",')
  setTimeout(() => answer.socket?.destroy(), 10)
}
const status =
  (code: number, body = '', headers: Readonly<Record<string, string>> = {}): Fault =>
  (answer) =>
    answer.writeHead(code, headers).end(body)
const silence: Fault = () => undefined

const read = () => account.raw(`${docs}/x`, { headers: partition })
const create = () =>
  account.raw(docs, { method: 'POST', headers: partition, body: '{"id":"y","partitionKey":"p"}' })

test.for<{ readonly when: string; readonly fault: Fault; readonly says: string }>([
  { when: 'answers 500', fault: status(500, '{"message":"boom"}'), says: 'it answers 500 (boom)' },
  { when: 'answers 500 and nothing', fault: status(500), says: 'it answers 500 (nothing)' },
  { when: 'sits behind a proxy', fault: html, says: 'it answers 502 (a web page)' },
  { when: 'starts', fault: status(503, 'starting'), says: 'it answers 503 (text that is no JSON)' },
  {
    when: 'answers 200 with a web page',
    fault: status(200, '<html></html>'),
    says: 'it answers 200 with a web page where JSON was expected',
  },
  {
    when: 'answers 200 and nothing',
    fault: status(200),
    says: 'it answers 200 with nothing where JSON was expected',
  },
  {
    when: 'sends the client elsewhere',
    fault: status(307, '', { location: 'http://upstream.invalid/' }),
    says: 'it answers 307',
  },
  {
    when: 'refuses the key',
    fault: status(401, '{"message":"no"}'),
    says: "it refuses the gateway's key (401)",
  },
  {
    when: 'says 403, which the SDK might take for a failover',
    fault: status(403, '{"message":"no"}', { 'x-ms-substatus': '1008' }),
    says: "it refuses the gateway's key (403)",
  },
  { when: 'does not answer', fault: silence, says: 'no answer within 2 s' },
  {
    when: 'answers without end',
    fault: (answer) => {
      answer.writeHead(200)
      answer.end(Buffer.alloc(17 * 1024 * 1024, ' '))
    },
    says: 'it answers with more than 16 MB',
  },
])('when the emulator $when, the client gets 503 with the reason', async ({ fault, says }) => {
  account.upstream.fail([fault], /POST .*docs/)
  const answer = await create()
  expect(answer).toMatchObject({ status: 503, substatus: 0 })
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'ServiceUnavailable' })
  expect(answer.message).toContain(
    'The emulator that holds the data of this account cannot serve the request: ',
  )
  expect(answer.message).toContain(says)
  expect(answer.body).not.toMatch(/127\.0\.0\.1|upstream\.invalid/)
})

describe('a connection that breaks', () => {
  test.for([
    { when: 'before an answer', fault: reset },
    { when: 'in the middle of an answer', fault: cutOff },
  ])('$when: a read is sent once more', async ({ fault }) => {
    account.upstream.fail([fault], /GET .*docs/)
    expect((await read()).status).toBe(404)
    account.upstream.fail([fault, fault], /GET .*docs/)
    const answer = await read()
    expect(answer.status).toBe(503)
    expect(answer.message).toContain('it closed the connection before it had answered')
  })

  test('a query is sent once more, too', async () => {
    account.upstream.fail([reset], /POST .*docs/)
    const { resources } = await account
      .data('contributor')
      .items.query('SELECT * FROM c')
      .fetchAll()
    expect(resources).toEqual([])
  })

  test('a write is not: nobody knows whether it happened', async () => {
    account.upstream.fail([reset], /POST .*docs/)
    const before = account.upstream.requests.length
    expect((await create()).status).toBe(503)
    const lines = account.upstream.requests.slice(before).map(({ line }) => line)
    expect(lines.filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })
})

test('429 comes with the time to wait, and the SDK waits and goes on', async () => {
  const throttled = status(429, '{"message":"Request rate is large"}', {
    'x-ms-retry-after-ms': '30',
    'x-ms-substatus': '3200',
    'x-ms-request-charge': '0.38',
  })
  account.upstream.fail([throttled], /GET .*docs/)
  const answer = await read()
  expect(answer).toMatchObject({ status: 429, substatus: 3200 })
  expect(answer.headers).toMatchObject({
    'x-ms-retry-after-ms': '30',
    'x-ms-request-charge': '0.38',
  })
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'TooManyRequests' })

  account.upstream.fail([throttled, throttled], /POST .*docs/)
  const { items } = account.data('contributor')
  expect((await items.create({ id: 'throttled', partitionKey: 'p' })).statusCode).toBe(201)
})

test.for([
  { body: '', says: 'it answers 409 (nothing)' },
  { body: '<html></html>', says: 'it answers 409 (a web page)' },
  { body: '{"code":"Conflict"}', says: 'without a message' },
  { body: '{"message":"taken\\r\\nActivityId: 1, x"}', says: 'taken' },
])('a refusal with the body $body becomes JSON with a message', async ({ body, says }) => {
  account.upstream.fail([status(409, body)], /POST .*docs/)
  const answer = await create()
  expect(answer.status).toBe(409)
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'Conflict' })
  expect(answer.message).toMatch(new RegExp(`^${says.replace(/[()]/g, '\\$&')}\r\nActivityId: `))
})

test('what an SDK needs to take a query apart itself is passed on', async () => {
  const info = '{"partitionedQueryExecutionInfoVersion":2}'
  const body = JSON.stringify({ code: 'BadRequest', message: 'm', additionalErrorInfo: info })
  account.upstream.fail([status(400, body)], /POST .*docs/)
  expect(JSON.parse((await create()).body)).toMatchObject({ additionalErrorInfo: info })
})

test('a client that goes away ends the request at the emulator', async () => {
  const slow = await startUpstreamAccount()
  try {
    await slow.store.probe(new AbortController().signal)
    const ended = new Promise<boolean>((resolve) => {
      slow.upstream.fail(
        [(answer) => answer.on('close', () => resolve(answer.writableFinished))],
        /GET .*docs/,
      )
    })
    const client = slow.client('contributor', { connectionPolicy: { requestTimeout: 200 } })
    const reading = client.database('rbacsample').container('data').item('x', 'p').read()
    expect(await ended).toBe(false)
    // The SDK asks again, and then it is answered.
    expect((await reading).statusCode).toBe(404)
  } finally {
    await slow.close()
  }
})

test('an emulator that was started again is filled again, and goes on', async () => {
  await account.data('contributor').items.upsert({ id: 'lost', partitionKey: 'p' })
  account.upstream.restart()
  await account.store.probe(new AbortController().signal)
  const { items } = account.data('contributor')
  expect((await items.create({ id: 'lost', partitionKey: 'p' })).statusCode).toBe(201)
})
