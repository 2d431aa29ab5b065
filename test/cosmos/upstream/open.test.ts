// Before the first request: which emulators can be used, and what is said about the others.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createUpstreamStore } from '../../../local/cosmos/upstream/store.ts'
import type { UpstreamOptions } from '../../../local/cosmos/upstream/store.ts'
import { ACCOUNT, startAccount } from '../account.ts'
import { startRecordingUpstream } from './recording-upstream.ts'
import type { Fault } from './recording-upstream.ts'
import { PUBLISHED_KEY } from './protocol.ts'

const OTHER_KEY = Buffer.alloc(64, 7).toString('base64')

test('what is declared is made once, then left as it is', async () => {
  const upstream = await upstreamOf()
  await open({ url: upstream.url })
  const made = upstream.requests.filter(({ line }) => line.startsWith('POST'))
  expect(made.map(({ line }) => line)).toEqual([
    'POST /dbs',
    'POST /dbs/rbacsample/colls',
    'POST /dbs/rbacsample/colls',
    'POST /dbs',
    'POST /dbs/second/colls',
    'POST /dbs',
    'POST /dbs/keyless-cosmos-probe/colls',
    'POST /dbs/keyless-cosmos-probe/colls/writes/docs',
  ])
  expect(JSON.parse(made[4]?.body ?? '')).toEqual({
    id: 'data',
    partitionKey: { paths: ['/address/city'], kind: 'Hash', version: 2 },
  })
  const before = upstream.requests.length
  await open({ url: upstream.url })
  const again = upstream.requests.slice(before).map(({ line }) => line)
  expect(again.filter((line) => line.startsWith('POST'))).toEqual([
    'POST /dbs/keyless-cosmos-probe/colls/writes/docs',
  ])
  expect(upstream.problems).toEqual([])
})

test('it is ready only after an item was created, read and deleted; nothing of it is left', async () => {
  const upstream = await upstreamOf()
  const probe = '/dbs/keyless-cosmos-probe/colls/writes/docs'
  upstream.fail([(answer) => answer.writeHead(500).end()], /POST .*docs/)
  upstream.fail([(answer) => answer.writeHead(500).end()], /DELETE /)
  const { lines } = await open({ url: upstream.url })
  expect(lines).toEqual([
    `emulator ${upstream.url}: asked to create one item as a test, it answers 500 (nothing); waiting`,
    `emulator ${upstream.url}: asked to delete one item as a test, it answers 500 (nothing); waiting`,
  ])
  const steps = upstream.requests.map(({ line }) => line).filter((line) => line.includes(probe))
  expect(steps.map((line) => line.replace(probe, '').replace(/[0-9a-f-]{36}/, 'ID'))).toEqual([
    'POST ',
    'POST ',
    'GET /ID',
    'DELETE /ID',
    'POST ',
    'GET /ID',
    'DELETE /ID',
  ])
  const left = createUpstreamStore({ url: upstream.url, account: () => ACCOUNT })
  onTestFinished(() => left.close())
  const account = await startAccount({ store: left })
  onTestFinished(() => account.close())
  const { resources } = await account.data('contributor').items.readAll().fetchAll()
  expect(resources).toEqual([])
})

test('an emulator that starts is waited for, with one line per change', async () => {
  const first = await startRecordingUpstream()
  await first.close()
  const opening = open({ url: first.url })
  await new Promise((resolve) => {
    setTimeout(resolve, 1200)
  })
  const upstream = await upstreamOf({ port: first.port })
  upstream.fail([(answer) => answer.writeHead(503).end(), (answer) => answer.writeHead(503).end()])
  const { lines } = await opening
  expect(lines).toEqual([
    `emulator ${first.url}: connection refused; waiting`,
    `emulator ${first.url}: asked for the account document, it answers 503 (nothing); waiting`,
  ])
})

const silence: Fault = () => undefined

test('a probe ends with its signal, whatever the emulator does', async () => {
  const upstream = await upstreamOf()
  const store = createUpstreamStore({ url: upstream.url, account: () => ACCOUNT })
  onTestFinished(() => store.close())
  upstream.fail([silence], /GET \/$/)
  await expect(store.probe(AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' })
  const another = createUpstreamStore({ url: upstream.url, account: () => ACCOUNT })
  onTestFinished(() => another.close())
  upstream.fail([silence], /POST .*docs/)
  await expect(another.probe(AbortSignal.timeout(2_000))).rejects.toMatchObject({
    name: 'TimeoutError',
  })
  await another.probe(new AbortController().signal)
})

test('requests before it is up are a 503, and later ones are served', async () => {
  const first = await startRecordingUpstream()
  await first.close()
  const store = createUpstreamStore({ url: first.url, account: () => ACCOUNT })
  onTestFinished(() => store.close())
  const account = await startAccount({ store })
  onTestFinished(() => account.close())
  const refused = await account.raw('/dbs/rbacsample')
  expect(refused.status).toBe(503)
  expect(refused.message).toContain('cannot serve the request: connection refused.')
  await upstreamOf({ port: first.port })
  expect((await account.raw('/dbs/rbacsample')).status).toBe(200)
})

test('a container that is there with another partition key is named, with both keys', async () => {
  const upstream = await upstreamOf()
  const containers = [{ id: 'data', partitionKeyPath: '/tenant' }]
  upstream.add({ id: 'rbacsample', containers })
  await expect(open({ url: upstream.url })).rejects.toMatchObject({
    code: 'ERR_STORE',
    message:
      `emulator ${upstream.url}: container "rbacsample/data" is there with the partition key "Hash /tenant", ` +
      'declared is "Hash /partitionKey"; declare the one it has, or delete the container in the emulator',
  })
})

test('two gateways that start at once both find what they made', async () => {
  const upstream = await upstreamOf()
  await Promise.all([open({ url: upstream.url }), open({ url: upstream.url })])
  expect(upstream.problems).toEqual([])
})

test('another key is used when it is given, and is in no message', async () => {
  const upstream = await upstreamOf({ key: OTHER_KEY })
  await open({ url: upstream.url, key: OTHER_KEY })
  expect(upstream.problems).toEqual([])
  const refusal = await refusalOf({ url: upstream.url })
  expect(refusal).toContain("it refuses the gateway's key (401)")
  expect(refusal).toContain('--store-key-file')
  expect(refusal).not.toContain(PUBLISHED_KEY.slice(0, 10))
})

test.for([
  { url: 'localhost:8081', says: '"localhost:8081" is no http or https URL' },
  { url: 'emulator', says: '"emulator" is no http or https URL' },
  { url: 'ftp://localhost', says: 'is no http or https URL' },
  { url: 'http://localhost:8081/dbs', says: 'has more than a host and a port' },
  { url: 'http://localhost:8081/?a', says: 'has more than a host and a port' },
  { url: 'http://me:pass@localhost:8081', says: 'the URL holds a user or a password' },
])('$url is no address of an emulator', ({ url, says }) => {
  const create = () => createUpstreamStore({ url, account: () => ACCOUNT })
  expect(create).toThrow(says)
  expect(create).toThrow('expected http://HOST:PORT or https://HOST:PORT')
  expect(create).not.toThrow('me:pass')
})

test('a key that is none, or a certificate without TLS, is refused before anything is sent', () => {
  const plain = { url: 'http://localhost:8081', account: () => ACCOUNT }
  const withKey = () => createUpstreamStore({ ...plain, key: 'c2VjcmV0' })
  expect(withKey).toThrow('store key: expected the base64 of 64 bytes, 88 characters')
  expect(withKey).not.toThrow('c2VjcmV0')
  const withCertificate = () => createUpstreamStore({ ...plain, certificateAuthority: 'x' })
  expect(withCertificate).toThrow('a certificate is given, but the URL is plain http')
})

test('a certificate nobody vouches for, or for another host, ends the wait at once', async () => {
  const upstream = await upstreamOf({ isTls: true })
  const untrusted = await refusalOf({ url: upstream.url })
  expect(untrusted).toContain('its certificate is signed by nobody who is trusted here')
  expect(untrusted).toContain('--store-ca FILE')
  const other = await upstreamOf({ isTls: true, names: ['emulator.example'] })
  const { certificateAuthority = '' } = other
  expect(await refusalOf({ url: other.url, certificateAuthority })).toContain(
    'its certificate is for another host name',
  )
})

test('the wrong protocol is named with the right one', async () => {
  const plain = await upstreamOf()
  const asTls = plain.url.replace('http', 'https')
  const refusal = await refusalOf({ url: asTls })
  expect(refusal).toContain('it does not speak TLS')
  expect(refusal).toContain(`use ${plain.url}`)
  const tls = await upstreamOf({ isTls: true })
  const asPlain = tls.url.replace('https', 'http')
  expect(await refusalOf({ url: asPlain })).toContain(`use ${tls.url}`)
})

test.for([
  { what: 'a web server', status: 200, body: '<html></html>' },
  { what: 'another API', status: 404, body: '{"message":"no such route"}' },
  { what: 'a proxy that wants a login', status: 302, body: '' },
])('$what is no emulator, and is not waited for', async ({ status, body }) => {
  const server = createServer((_, answer) => answer.writeHead(status).end(body))
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  expect(await refusalOf({ url: `http://127.0.0.1:${port}` })).toContain(
    'it is no Azure Cosmos DB emulator: it has no account document; check host and port of the URL',
  )
})

test('the wait ends when its time is over, or when it is told to', async () => {
  const gone = await startRecordingUpstream()
  await gone.close()
  expect(await refusalOf({ url: gone.url }, 1_500)).toMatch(
    /not ready after 1\.5 s: connection refused; start it, or wait until it is up: docker run/,
  )
  const store = createUpstreamStore({ url: gone.url, account: () => ACCOUNT })
  onTestFinished(() => store.close())
  const stop = new AbortController()
  const opening = store.open({ signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(opening).rejects.toThrow('enough')
})

async function upstreamOf(options: Parameters<typeof startRecordingUpstream>[0] = {}) {
  const upstream = await startRecordingUpstream(options)
  onTestFinished(() => upstream.close())
  return upstream
}

async function open(options: Omit<UpstreamOptions, 'account'>, timeoutMs = 10_000) {
  const store = createUpstreamStore({ account: () => ACCOUNT, ...options })
  onTestFinished(() => store.close())
  const lines: string[] = []
  const { signal } = new AbortController()
  await store.open({ signal, timeoutMs, onChange: (line) => lines.push(line) })
  return { lines }
}

async function refusalOf(
  options: Omit<UpstreamOptions, 'account'>,
  timeoutMs = 3_000,
): Promise<string> {
  const error: unknown = await open(options, timeoutMs).then(
    () => new Error('it was opened'),
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code: 'ERR_STORE' })
  return (error as Error).message
}
