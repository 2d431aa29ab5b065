import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../local/http.ts'
import type { Listener } from '../../local/http.ts'
import { startChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { worker } from './worker.ts'

let chain: Chain
/** An account that answers about its items what a test has set: what the stand-in never answers. */
let account: Listener
let items: { readonly create: () => Response; readonly read: () => Response }

beforeAll(async () => {
  chain = await startChain()
  account = await listen(answer, { tls: chain.tls, name: 'account' })
})
afterAll(async () => {
  await account.close()
  await chain.close()
})

function answer({ method, url }: Request): Response {
  const { pathname } = new URL(url)
  if (method === 'POST') return items.create()
  if (pathname.includes('/docs/')) return items.read()
  if (pathname.includes('/colls/')) {
    return Response.json({ id: 'data', partitionKey: { paths: ['/partitionKey'], kind: 'Hash' } })
  }
  const locations = [{ name: 'Here', databaseAccountEndpoint: `${account.url}/` }]
  return Response.json({
    id: 'eventual',
    writableLocations: locations,
    readableLocations: locations,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Eventual' },
  })
}

function refused(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ code: 'Refused', message }, { status, headers })
}

const created = () => Response.json({}, { status: 201, headers: { etag: '"1"' } })
const missing = () => refused(404, 'Resource Not Found.')
const taken = () =>
  refused(409, 'Message: {"Errors":["Unique index constraint violation."]}\r\nActivityId: 1')
const busy = () => refused(429, 'Request rate is large.', { 'x-ms-retry-after-ms': '1000' })
const found = () =>
  Response.json({ writtenAt: '2026-01-01T00:00:00.000Z' }, { headers: { etag: '"1"' } })

function run(deadlineSeconds: number) {
  return worker(
    chain.env({ COSMOS_ENDPOINT: `${account.url}/`, DEADLINE_SECONDS: String(deadlineSeconds) }),
  )
}

test('a document that another replica does not have yet is read again', async () => {
  let reads = 0
  items = { create: created, read: () => ((reads += 1) === 1 ? missing() : found()) }
  const { code, stdout } = await run(60)
  expect(stdout).toMatch(/^7\/7 read back +wait {2}404\/0 .*perhaps still propagating/m)
  expect(stdout).toMatch(/^7\/7 read back +ok {4}same etag/m)
  expect(code).toBe(0)
})

test('a document that never comes is not found (35)', async () => {
  items = { create: created, read: missing }
  const { code, stdout } = await run(5)
  expect(stdout).toMatch(/^7\/7 read back +FAIL {2}404\/0 .*is not there/m)
  expect(code).toBe(35)
})

test('a unique key that is taken is told from the id of an earlier start', async () => {
  items = { create: taken, read: missing }
  const { code, stdout } = await run(60)
  expect(stdout).toMatch(/^6\/7 write +FAIL {2}ERR_UNIQUE_KEY {2}/m)
  expect(stdout).toMatch(/^ {2}fix +name a container without a unique key policy/m)
  expect(code).toBe(2)
})

test('throttling that outlasts a short deadline is told as throttling', async () => {
  items = { create: busy, read: found }
  const { code, stdout } = await run(8)
  expect(stdout).toMatch(/^6\/7 write +FAIL {2}429\/0 {2}/m)
  expect(code).toBe(36)
})
