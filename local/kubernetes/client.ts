import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject } from './object.ts'

/** Where an API server is and who asks. */
export interface ApiAccess {
  /** `https://host:port`, without a trailing slash. */
  readonly url: string
  /** PEM root the server's certificate chains to; nothing else is trusted. */
  readonly certificateAuthority: string
  /** Bearer token. */
  readonly token: string
}

/** Query parameters; an `undefined` one is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** An answer of a LIST: `kind` ends in `List`, on a real server the items lack their own `kind`. */
export interface KubeList {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items: readonly KubeObject[]
}

/** One line of a WATCH. `ERROR` and `BOOKMARK` never reach a caller of `listAndWatch`. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubeObject
}

/** The `Status` object an API server refuses with. */
export interface ApiStatus {
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: Readonly<Record<string, unknown>>
}

export type PatchType =
  | 'application/apply-patch+yaml'
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'

/** What `listAndWatch` tells its caller. */
export interface WatchHandlers {
  /** Everything there is now: called once at first, and again whenever the watch history was lost (410 Gone). */
  onSync(items: readonly KubeObject[]): void
  onEvent(event: {
    readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
    readonly object: KubeObject
  }): void
  /** A failed attempt; the next one follows by itself after a pause. */
  onError?(error: unknown): void
}

/** Raw JSON over keep-alive connections; every path is absolute (`/api/v1/namespaces/a/pods`). */
export interface KubernetesClient {
  get(path: string, query?: Query): Promise<KubeObject>
  list(path: string, query?: Query): Promise<KubeList>
  create(path: string, object: object, query?: Query): Promise<KubeObject>
  update(path: string, object: object, query?: Query): Promise<KubeObject>
  patch(path: string, type: PatchType, body: unknown, query?: Query): Promise<KubeObject>
  /** Gives back the deleted object or a Status. `options` is a DeleteOptions body. */
  delete(path: string, options?: object): Promise<KubeObject>
  /** One watch request, until the server ends it or `signal` aborts; bookmarks and errors included. */
  watch(path: string, query: Query, signal: AbortSignal): AsyncIterable<WatchEvent>
  /**
   * Follows a collection until `signal` aborts, across dropped connections, server restarts and 410 Gone.
   * Resolves when aborted and never rejects: failures go to `onError`, retried after 0.1 s doubling to 5 s.
   */
  listAndWatch(
    path: string,
    handlers: WatchHandlers,
    signal: AbortSignal,
    query?: Query,
  ): Promise<void>
  /** Ends idle and running connections. */
  close(): void
}

/** The API server refused; `status` is its own Status object. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly status: ApiStatus

  constructor(code: number, status: ApiStatus) {
    super(status.message ?? `the API server answered ${code}`)
    this.code = code
    this.reason = status.reason ?? ''
    this.status = status
  }
}

/** Whether `error` is the API server's refusal with this HTTP status. */
export function isApiError(error: unknown, code: number): error is ApiError {
  return error instanceof ApiError && error.code === code
}

const REQUEST_TIMEOUT_MS = 30_000
const WATCH_SECONDS = 300
const WATCH_GRACE_MS = 30_000
const PAGE_SIZE = 500
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/**
 * A REST client of one API server, the local or a real one.
 *
 * Requests and watches use separate connections, so that open watches never hold up a request.
 *
 * @throws (from every call) {ApiError} for an answer of 400 and above; a system error when there is no answer.
 */
export function createClient(access: ApiAccess): KubernetesClient {
  const requests = new Agent({ keepAlive: true, maxSockets: 16, ca: access.certificateAuthority })
  const watches = new Agent({ keepAlive: true, ca: access.certificateAuthority })
  const call = async <T>(method: string, path: string, options: CallOptions = {}): Promise<T> => {
    const response = await send(access, requests, method, path, options)
    return JSON.parse(await bodyOf(response)) as T
  }

  const client: KubernetesClient = {
    get: (path, query) => call('GET', path, { query }),
    list: (path, query) => call('GET', path, { query }),
    create: (path, body, query) => call('POST', path, { body, query }),
    update: (path, body, query) => call('PUT', path, { body, query }),
    patch: (path, contentType, body, query) => call('PATCH', path, { body, contentType, query }),
    delete: (path, body) => call('DELETE', path, { body }),
    watch: (path, query, signal) => watch(access, watches, path, query, signal),
    listAndWatch: (path, handlers, signal, query) =>
      listAndWatch(client, path, handlers, signal, query ?? {}),
    close: () => {
      requests.destroy()
      watches.destroy()
    },
  }
  return client
}

interface CallOptions {
  readonly body?: unknown
  readonly contentType?: string
  readonly query?: Query | undefined
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

async function send(
  access: ApiAccess,
  agent: Agent,
  method: string,
  path: string,
  options: CallOptions,
): Promise<IncomingMessage> {
  const response = await open(access, agent, method, path, options)
  const code = response.statusCode ?? 0
  if (code < 400) return response
  throw new ApiError(code, parseStatus(await bodyOf(response)))
}

function open(
  access: ApiAccess,
  agent: Agent,
  method: string,
  path: string,
  options: CallOptions,
): Promise<IncomingMessage> {
  const payload = options.body === undefined ? undefined : JSON.stringify(options.body)
  const url = access.url + path + queryString(options.query ?? {}, path)
  const timeout = options.timeoutMs ?? REQUEST_TIMEOUT_MS
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${access.token}`,
      ...(payload === undefined
        ? {}
        : {
            'content-type': options.contentType ?? 'application/json',
            'content-length': Buffer.byteLength(payload),
          }),
    }
    const signal = options.signal === undefined ? {} : { signal: options.signal }
    const outgoing = httpsRequest(url, { method, agent, headers, timeout, ...signal }, resolve)
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`${method} ${path}: no answer in ${timeout / 1000} s`)),
    )
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close an idle connection just as it is used again; asking again is safe for a read.
      if (method === 'GET' && outgoing.reusedSocket && error.code === 'ECONNRESET') {
        resolve(open(access, agent, method, path, options))
      } else reject(error)
    })
    outgoing.end(payload)
  })
}

function queryString(query: Query, path: string): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  if (parameters.size === 0) return ''
  return (path.includes('?') ? '&' : '?') + parameters.toString()
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function parseStatus(text: string): ApiStatus {
  try {
    return JSON.parse(text) as ApiStatus
  } catch {
    return { message: text.trim() }
  }
}

async function* watch(
  access: ApiAccess,
  agent: Agent,
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const timeoutSeconds = Number(query['timeoutSeconds'] ?? WATCH_SECONDS)
  const response = await send(access, agent, 'GET', path, {
    query: { ...query, watch: true, timeoutSeconds },
    signal,
    timeoutMs: timeoutSeconds * 1000 + WATCH_GRACE_MS,
  })
  response.setEncoding('utf8')
  let rest = ''
  for await (const chunk of response) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent
  }
}

async function listAndWatch(
  client: KubernetesClient,
  path: string,
  handlers: WatchHandlers,
  signal: AbortSignal,
  query: Query,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS
  let resourceVersion: string | undefined
  while (!signal.aborted) {
    try {
      if (resourceVersion === undefined) {
        const { items, version } = await listAll(client, path, query)
        if (signal.aborted) return
        handlers.onSync(items)
        resourceVersion = version
      }
      const from = { ...query, resourceVersion, allowWatchBookmarks: true }
      for await (const event of client.watch(path, from, signal)) {
        if (event.type === 'ERROR') throw new ApiError(codeOf(event), event.object as ApiStatus)
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion
        pauseMs = FIRST_PAUSE_MS
        if (event.type !== 'BOOKMARK') handlers.onEvent({ type: event.type, object: event.object })
      }
      // The server ends each watch by its own clock; a short breath keeps a server that ends at once from being hammered.
      await pause(FIRST_PAUSE_MS, signal)
    } catch (error) {
      if (signal.aborted) return
      if (isApiError(error, 410)) resourceVersion = undefined
      else handlers.onError?.(error)
      await pause(pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }
}

function codeOf(event: WatchEvent): number {
  return (event.object as ApiStatus).code ?? 500
}

/** Reads page by page; a real server lets a page token expire (410), and the caller then starts again. */
async function listAll(
  client: KubernetesClient,
  path: string,
  query: Query,
): Promise<{ items: KubeObject[]; version: string }> {
  const items: KubeObject[] = []
  let page = await client.list(path, { ...query, limit: PAGE_SIZE })
  items.push(...itemsOf(page))
  while (page.metadata.continue) {
    page = await client.list(path, { ...query, limit: PAGE_SIZE, continue: page.metadata.continue })
    items.push(...itemsOf(page))
  }
  return { items, version: page.metadata.resourceVersion ?? '0' }
}

/** A real server leaves kind and apiVersion out of a list's items, though a watch has them. */
function itemsOf({ apiVersion, kind, items }: KubeList): KubeObject[] {
  return items.map((item) => ({ ...item, apiVersion, kind: kind.replace(/List$/, '') }))
}

/** An abort ends the pause at once; the caller looks at the signal next. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
