import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { textAt } from '../core/object.ts'
import { isMistyped } from './api-error.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { persistence } from './persistence.ts'
import type { Head, RequestLine } from './persistence.ts'
import { warningsOf } from './warnings.ts'

/** Requests under way at once; more wait until one has its answer. */
const MAX_IN_FLIGHT = 16
const ANSWER_TIMEOUT_MS = 30_000

type ProxyEnv = Readonly<Record<string, string | undefined>>

interface ApiRequest extends RequestLine {
  readonly body?: unknown
  readonly contentType?: string
}

export interface ApiAnswer {
  readonly status: number
  /** Parsed JSON, or the text if it is none. */
  readonly body: unknown
  /** What the API server has to say beside it, to people. */
  readonly warnings: readonly string[]
  /** How often it was sent; above 1, an earlier one may have been carried out although no answer came. */
  readonly attempts: number
}

/** Keep-alive connections to one API server. */
export interface Transport {
  readonly server: string
  /** The same connections, for requests that this signal ends instead. */
  within(signal: AbortSignal): Transport
  /**
   * One request and its whole answer, whatever the status. 429, 5xx and broken connections are tried again, at most
   * five times in all, after the server's Retry-After; a 401 once, with fresh credentials.
   *
   * @throws {DeployError} `ERR_UNREACHABLE`, `ERR_TLS` or `ERR_KUBECONFIG` if no answer came; the reason of the
   * transport's signal as soon as that is aborted, also in a pause.
   */
  request(request: ApiRequest): Promise<ApiAnswer>
  /**
   * An answer that is read as it comes (a watch, a log), begun with the same patience; it does not count against the
   * connections above.
   */
  stream(path: string, signal: AbortSignal): Promise<IncomingMessage>
  close(): void
}

/**
 * @param signal Ends every request and every pause between two attempts.
 * @param proxyEnv Variables that name a proxy (HTTPS_PROXY, NO_PROXY).
 */
export function createTransport(
  server: string,
  credentials: CredentialSource,
  { signal, proxyEnv }: { readonly signal: AbortSignal; readonly proxyEnv: ProxyEnv },
): Transport {
  const agents = agentPair(proxyEnv)
  const persist = persistence(server, credentials)
  const inTurn = turns(MAX_IN_FLIGHT)
  const within = (bound: AbortSignal): Transport => ({
    server,
    within,
    request: async (request) => {
      const attempt = async (current: Credentials) => {
        bound.throwIfAborted() // while it waited for its turn
        const agent = agents.forRequests(current)
        const message = await send(server, request, { credentials: current, agent, signal: bound })
        const body = parseJson(await readText(message))
        const isFinal = isMistyped(textAt(body, 'message') ?? '')
        return { ...headOf(message), body, isFinal, message }
      }
      const { status, body, message, attempts } = await persist(request, bound, (current) =>
        inTurn(() => attempt(current)),
      )
      const warnings = warningsOf(message.headersDistinct['warning'] ?? [])
      return { status, body, warnings, attempts }
    },
    stream: async (path, ended) => {
      const request: ApiRequest = { method: 'GET', path, isStream: true }
      const { message } = await persist(
        request,
        ended,
        async (current) => {
          const agent = agents.forStreams(current)
          const message = await send(server, request, {
            credentials: current,
            agent,
            signal: ended,
          })
          message.setTimeout(0) // a watch may have nothing to say for long
          return { ...headOf(message), message }
        },
        ({ message }) => message.destroy(),
      )
      return message
    },
    close: () => agents.close(),
  })
  return within(signal)
}

/**
 * Lets this much work be under way at once, and begins the rest in order. An agent with as many sockets would do the same,
 * but for a hundred requests made at once it sends none before the last is made.
 */
function turns(most: number) {
  let free = most
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

function headOf({ statusCode = 0, headers }: IncomingMessage): Head {
  return { status: statusCode, retryAfter: headers['retry-after'] }
}

/** Two agents for the current TLS material; new ones when a client certificate was renewed. */
function agentPair(proxyEnv: ProxyEnv) {
  let tls: Credentials['tls'] | undefined
  let requests = new Agent()
  let streams = new Agent()
  const renew = (current: Credentials) => {
    if (tls !== undefined && isDeepStrictEqual(tls, current.tls)) return
    tls = current.tls
    // rejectUnauthorized is stated because NODE_TLS_REJECT_UNAUTHORIZED=0 would turn the check off otherwise
    const options = { ...current.tls, proxyEnv, keepAlive: true, rejectUnauthorized: true }
    requests = new Agent(options)
    streams = new Agent(options)
  }
  return {
    forRequests: (current: Credentials) => {
      renew(current)
      return current.proxy ?? requests
    },
    forStreams: (current: Credentials) => {
      renew(current)
      return current.proxy ?? streams
    },
    close: () => {
      requests.destroy()
      streams.destroy()
    },
  }
}

interface Sending {
  readonly credentials: Credentials
  readonly agent: Agent
  readonly signal: AbortSignal
}

function send(
  server: string,
  request: ApiRequest,
  { credentials, agent, signal }: Sending,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    const outgoing = httpsRequest(
      `${server}${request.path}`,
      {
        method: request.method,
        agent,
        timeout: ANSWER_TIMEOUT_MS,
        headers: {
          Accept: 'application/json',
          'User-Agent': 'keyless-cosmos',
          ...credentials.headers,
          ...(body === undefined
            ? {}
            : {
                'Content-Type': request.contentType ?? 'application/json',
                'Content-Length': Buffer.byteLength(body),
              }),
        },
        signal,
      },
      resolve,
    )
    // of silence while it connects, before the answer and inside it; not while it waits for one of the connections
    outgoing.on('timeout', () => {
      outgoing.destroy(Object.assign(new Error('no answer within 30 s'), { code: 'ETIMEDOUT' }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The whole answer as text. */
export async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Parsed JSON, or the text itself if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
