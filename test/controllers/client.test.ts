import { createServer } from 'node:https'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { ApiError, createClient } from '../../local/kubernetes/client.ts'
import type { KubernetesClient } from '../../local/kubernetes/client.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { createAuthority } from '../../local/tls.ts'
import type { KeyPair } from '../../local/tls.ts'

let certificateAuthority: string
let tls: KeyPair
beforeAll(async () => {
  const authority = await createAuthority(Date.now())
  certificateAuthority = authority.certificate
  tls = await authority.issue(['127.0.0.1'])
})

type Answer = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void

/** A server that answers just as the test says, cut connections included. */
async function serve(answer: Answer): Promise<{ client: KubernetesClient; server: Server }> {
  const server = createServer(tls, (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'https://local')
    answer(request, response, searchParams)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = createClient({
    url: `https://127.0.0.1:${port}`,
    certificateAuthority,
    token: 't',
  })
  onTestFinished(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, server }
}

function map(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, uid: name, resourceVersion } }
}

function list(resourceVersion: string, items: KubeObject[], next?: string): string {
  const metadata = { resourceVersion, ...(next && { continue: next }) }
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMapList', metadata, items })
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`
}

/** What a follower hears, as `sync a,b` and `ADDED a`; ends when `count` things were heard. */
async function follow(client: KubernetesClient, count: number): Promise<string[]> {
  const stop = new AbortController()
  const heard: string[] = []
  const hear = (text: string) => {
    if (heard.push(text) >= count) stop.abort()
  }
  await client.listAndWatch(
    '/api/v1/configmaps',
    {
      onSync: (items) => hear(`sync ${items.map(({ metadata }) => metadata.name).join(',')}`),
      onEvent: ({ type, object }) => hear(`${type} ${object.kind}/${object.metadata.name}`),
    },
    stop.signal,
  )
  return heard
}

test('a list is read page by page, and its items get their kind', async () => {
  const asked: string[] = []
  const { client } = await serve((_, response, query) => {
    asked.push(`${query.get('limit')} ${query.get('continue')} ${query.get('watch')}`)
    if (query.has('watch')) return
    const { kind: _kind, apiVersion: __, ...bare } = map('a', '1')
    const isFirst = !query.has('continue')
    response.end(isFirst ? list('5', [bare as KubeObject], 'next') : list('5', [map('b', '2')]))
  })
  const stop = new AbortController()
  const items = await new Promise<readonly KubeObject[]>((resolve) => {
    const handlers = { onSync: resolve, onEvent: () => {} }
    void client.listAndWatch('/api/v1/configmaps', handlers, stop.signal)
  })
  stop.abort()
  expect(items.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name])).toEqual([
    ['ConfigMap', 'v1', 'a'],
    ['ConfigMap', 'v1', 'b'],
  ])
  expect(asked.slice(0, 2)).toEqual(['500 null null', '500 next null'])
})

test('a dropped watch goes on where it was, by the last event or bookmark', async () => {
  const from: (string | null)[] = []
  const { client } = await serve((request, response, query) => {
    if (!query.has('watch')) return void response.end(list('5', [map('a', '1')]))
    from.push(query.get('resourceVersion'))
    expect(query.get('allowWatchBookmarks')).toBe('true')
    if (from.length === 1) {
      response.write(line('ADDED', map('b', '6')))
      response.write(line('BOOKMARK', map('', '9')))
      // Cut in the middle of a line: the rest of it must not be taken for an event.
      response.write('{"type":"ADDED","obj', () => request.socket.destroy())
    } else response.write(line('DELETED', map('b', '10')))
  })
  expect(await follow(client, 3)).toEqual(['sync a', 'ADDED ConfigMap/b', 'DELETED ConfigMap/b'])
  expect(from).toEqual(['5', '9'])
})

test.for([
  { how: 'as a status', isEvent: false },
  { how: 'as an event', isEvent: true },
])('history that is gone ($how) is read anew', async ({ isEvent }) => {
  let lists = 0
  const { client } = await serve((_, response, query) => {
    const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
    if (!query.has('watch')) {
      lists += 1
      return void response.end(list('5', lists === 1 ? [map('a', '1')] : [map('b', '8')]))
    }
    if (lists > 1) return
    if (isEvent) return void response.end(line('ERROR', gone))
    response.writeHead(410).end(JSON.stringify(gone))
  })
  expect(await follow(client, 2)).toEqual(['sync a', 'sync b'])
})

test('a server that is away is waited for, and each failure is told', async () => {
  let attempts = 0
  const { client } = await serve((_, response, query) => {
    attempts += 1
    if (attempts < 3) return void response.writeHead(503).end('{"message":"not yet"}')
    if (!query.has('watch')) response.end(list('5', []))
  })
  const stop = new AbortController()
  const errors: string[] = []
  await client.listAndWatch(
    '/api/v1/configmaps',
    {
      onSync: () => stop.abort(),
      onEvent: () => {},
      onError: (error) => errors.push((error as Error).message),
    },
    stop.signal,
  )
  expect(errors).toEqual(['not yet', 'not yet'])
})

test('a refusal carries the Status, also one that is no JSON', async () => {
  const { client } = await serve((request, response) => {
    const status = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'pods is forbidden' }
    if (request.url === '/a') response.writeHead(403).end(JSON.stringify(status))
    else response.writeHead(502).end('bad gateway')
  })
  const refusal = await client.get('/a').catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ApiError)
  expect(refusal).toMatchObject({ code: 403, reason: 'Forbidden', message: 'pods is forbidden' })
  await expect(client.get('/b')).rejects.toMatchObject({ code: 502, message: 'bad gateway' })
})

test('a write says what it sends; connections are kept', async () => {
  const seen: string[] = []
  const sockets = new Set<unknown>()
  const { client } = await serve((request, response) => {
    sockets.add(request.socket)
    const { 'content-type': type, authorization } = request.headers
    seen.push([request.method, request.url, type, authorization].join(' '))
    response.end('{}')
  })
  const path = '/api/v1/namespaces/a/configmaps'
  await client.create(path, {}, { dryRun: 'All', fieldManager: undefined })
  await client.patch(`${path}/b`, 'application/apply-patch+yaml', {}, { fieldManager: 'x' })
  await client.delete(`${path}/b`, { propagationPolicy: 'Foreground' })
  expect(seen).toEqual([
    `POST ${path}?dryRun=All application/json Bearer t`,
    `PATCH ${path}/b?fieldManager=x application/apply-patch+yaml Bearer t`,
    `DELETE ${path}/b application/json Bearer t`,
  ])
  expect(sockets.size).toBe(1)
})

test('a server of another authority is not spoken to', async () => {
  const { server } = await serve((_, response) => void response.end('{}'))
  const { port } = server.address() as AddressInfo
  const other = (await createAuthority(Date.now())).certificate
  const access = { url: `https://127.0.0.1:${port}`, certificateAuthority: other, token: 't' }
  const client = createClient(access)
  onTestFinished(() => client.close())
  await expect(client.get('/api')).rejects.toMatchObject({
    code: expect.stringMatching(/CERT|SIGNATURE/) as unknown,
  })
})
