import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { CosmosAccount } from '../../../local/cosmos/account.ts'
import { Refusal } from '../../../local/cosmos/errors.ts'
import { classify } from '../../../local/cosmos/operation.ts'
import { refused } from '../../../local/cosmos/respond.ts'
import type { Answer } from '../../../local/cosmos/respond.ts'
import { createEmbeddedStore } from '../../../local/cosmos/store/embedded.ts'
import { createAuthority } from '../../../local/tls.ts'
import { ACCOUNT } from '../account.ts'
import { PUBLISHED_KEY, problemsOf } from './protocol.ts'

/** A request as it came over the wire. */
export interface Recorded {
  /** `POST /dbs`. */
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers one request instead of the upstream. */
export type Fault = (answer: ServerResponse, request: IncomingMessage) => void

/**
 * Stands where Microsoft's emulator would: it checks every request as the documents state it, answers in the
 * emulator's form with the emulator's gaps (no request charge, no feeds of databases and containers), and has a store
 * behind it, so that what goes through it can be compared with what does not.
 */
export interface RecordingUpstream {
  readonly url: string
  readonly port: number
  /** PEM; only over TLS. */
  readonly certificateAuthority?: string
  readonly requests: readonly Recorded[]
  /** What was wrong with any request so far; a request with a problem is refused, as by the service. */
  readonly problems: readonly string[]
  /** Lets the next requests that `matches` (default: all) be answered by these, one each. */
  fail(faults: readonly Fault[], matches?: RegExp): void
  /** As if it had been started again without its data: connections end, everything is gone. */
  restart(): void
  /** Puts a database there that the gateway did not make. */
  add(database: CosmosAccount['databases'][number]): void
  close(): Promise<void>
}

export async function startRecordingUpstream(
  options: {
    readonly isTls?: boolean
    readonly port?: number
    readonly key?: string
    /** Names of its certificate. */
    readonly names?: readonly string[]
  } = {},
): Promise<RecordingUpstream> {
  const { isTls = false, key = PUBLISHED_KEY } = options
  const authority = await createAuthority(Date.now())
  const tls = await authority.issue(options.names ?? ['127.0.0.1', 'localhost'])
  const requests: Recorded[] = []
  const problems: string[] = []
  let faults: { readonly matches: RegExp; readonly fault: Fault }[] = []
  let data = createData()

  const serve = async (request: IncomingMessage, answer: ServerResponse) => {
    const body = await readText(request)
    const line = `${request.method} ${request.url}`
    requests.push({ line, headers: request.headers, body })
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const wrong = problemsOf(request, { own, key, now: Date.now() })
    problems.push(...wrong.map((problem) => `${line}: ${problem}`))
    const index = faults.findIndex(({ matches }) => matches.test(line))
    const [planned] = index === -1 ? [] : faults.splice(index, 1)
    if (planned) planned.fault(answer, request)
    else if (wrong.length > 0) write(answer, refused(unauthorized(), ACTIVITY))
    else write(answer, await data.answer(request, body))
  }
  const listener: RequestListener = (request, answer) => void serve(request, answer)
  const server = isTls ? createTlsServer(tls, listener) : createPlainServer(listener)
  await listen(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo

  return {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    ...(isTls && { certificateAuthority: authority.certificate }),
    requests,
    problems,
    fail: (list, matches = /^/) => {
      faults = [...faults, ...list.map((fault) => ({ matches, fault }))]
    },
    restart: () => {
      data = createData()
      server.closeAllConnections()
    },
    add: (database) => data.add(database),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const ACTIVITY = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'

/** Databases and containers that can be made, over the embedded store. */
function createData() {
  let databases: CosmosAccount['databases'] = []
  const add = (database: CosmosAccount['databases'][number]) => {
    databases = [...databases.filter(({ id }) => id !== database.id), database]
  }
  const store = createEmbeddedStore({ account: () => ({ ...ACCOUNT, databases }), now: Date.now })

  const create = (path: readonly string[], body: string): Answer => {
    const { id, partitionKey } = JSON.parse(body) as {
      readonly id: string
      readonly partitionKey?: { readonly paths: readonly string[] }
    }
    const [, parent] = path
    const parentDatabase = databases.find((database) => database.id === parent)
    const siblings = parent === undefined ? databases : (parentDatabase?.containers ?? [])
    if (siblings.some((sibling) => sibling.id === id))
      return answerFor(new Refusal(409, 'Conflict', 'exists'))
    if (!parentDatabase) add({ id, containers: [] })
    else {
      const made = { id, partitionKeyPath: partitionKey?.paths[0] ?? '' }
      add({ ...parentDatabase, containers: [...parentDatabase.containers, made] })
    }
    return { status: 201, headers: {}, body }
  }

  return {
    add,
    answer: async (request: IncomingMessage, body: string): Promise<Answer> => {
      const { method = '', url = '' } = request
      const path = url.split('/').filter(Boolean).map(decodeURIComponent)
      if (method === 'POST' && (path.length === 1 || path.length === 3)) return create(path, body)
      if (method === 'GET' && (path.length === 1 || path.at(-1) === 'colls'))
        return answerFor(new Refusal(400, 'BadRequest', 'Read feed is not implemented.'))
      const headers = new Headers(request.headers as Record<string, string>)
      const classified = classify({ method, target: url, headers })
      if (classified.is !== 'operation') return answerFor(new Refusal(400, 'BadRequest', 'What?'))
      const { operation } = classified
      if (operation.kind === 'read-account')
        return { status: 200, headers: {}, body: ACCOUNT_DOCUMENT }
      const { signal } = new AbortController()
      return store
        .answer({ operation, headers, body, signal })
        .catch((error: unknown) => answerFor(error as Refusal))
    },
  }
}

/** Its endpoint is one no client of the gateway must ever hear of. */
const ACCOUNT_DOCUMENT = JSON.stringify({
  id: 'localhost',
  writableLocations: [
    { name: 'South Central US', databaseAccountEndpoint: 'http://upstream.invalid:8081/' },
  ],
  readableLocations: [
    { name: 'South Central US', databaseAccountEndpoint: 'http://upstream.invalid:8081/' },
  ],
  addresses: '//addresses/',
})

function answerFor(refusal: Refusal): Answer {
  return refused(refusal, ACTIVITY)
}

/** What the service says to a wrong key. */
function unauthorized(): Refusal {
  const sentence =
    "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol."
  return new Refusal(401, 'Unauthorized', sentence)
}

function write(answer: ServerResponse, { status, headers, body }: Answer): void {
  // Request units are not counted there.
  const { 'x-ms-request-charge': _charge, ...rest } = headers
  answer.writeHead(status, {
    ...rest,
    'x-ms-activity-id': ACTIVITY,
    server: 'Kestrel',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  })
  answer.end(body)
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}
