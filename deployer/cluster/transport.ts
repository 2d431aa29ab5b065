import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { CredentialSource, Credentials } from './credentials.ts'
import { connectionError } from './connection-error.ts'

/** Requests under way at once; more wait for a free connection. */
const MAX_IN_FLIGHT = 16
const ANSWER_TIMEOUT_MS = 30_000
const MAX_ATTEMPTS = 5
const MAX_PAUSE_MS = 10_000

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Path with query. */
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
}

export interface ApiAnswer {
  readonly status: number
  /** Parsed JSON, or the text if it is none. */
  readonly body: unknown
  /** How often it was sent; above 1, an earlier one may have been carried out although no answer came. */
  readonly attempts: number
}

/** Keep-alive connections to one API server. */
export interface Transport {
  readonly server: string
  /**
   * One request and its whole answer, whatever the status. 429, 5xx and broken connections are tried again, at most
   * five times in all, after the server's Retry-After; a 401 once, with fresh credentials.
   *
   * @throws {DeployError} `ERR_UNREACHABLE`, `ERR_TLS` or `ERR_KUBECONFIG` if no answer came.
   */
  request(request: ApiRequest): Promise<ApiAnswer>
  /** An answer that is read as it comes (a watch, a log); it does not count against the connections above. */
  stream(path: string, signal: AbortSignal): Promise<IncomingMessage>
  close(): void
}

export function createTransport(server: string, credentials: CredentialSource): Transport {
  const agents = agentPair()
  const attempt = async (request: ApiRequest) => {
    const current = await credentials.current()
    const message = await send(server, request, current, agents.forRequests(current))
    return {
      status: message.statusCode ?? 0,
      headers: message.headers,
      text: await readText(message),
    }
  }

  return {
    server,
    request: async (request) => {
      let unauthorized = false
      for (let count = 1; ; count += 1) {
        const answer = await attempt(request).catch((error: unknown) => {
          request.signal?.throwIfAborted()
          if (count >= MAX_ATTEMPTS || !isPassing(error, request.method)) {
            throw connectionError(error, server)
          }
          return undefined
        })
        if (answer?.status === 401 && !unauthorized) {
          unauthorized = true
          credentials.forget()
          continue
        }
        if (answer && (!isBusy(answer.status, request.method) || count >= MAX_ATTEMPTS)) {
          return { status: answer.status, body: parseJson(answer.text), attempts: count }
        }
        await sleep(pauseMs(answer?.headers['retry-after'], count), undefined, {
          signal: request.signal,
        })
      }
    },
    stream: async (path, signal) => {
      const current = await credentials.current()
      const agent = agents.forStreams(current)
      return send(server, { method: 'GET', path, signal }, current, agent).catch(
        (error: unknown) => {
          signal.throwIfAborted()
          throw connectionError(error, server)
        },
      )
    },
    close: () => agents.close(),
  }
}

/** Two agents for the current TLS material; new ones when a client certificate was renewed. */
function agentPair() {
  let tls: Credentials['tls'] | undefined
  let requests = new Agent()
  let streams = new Agent()
  const renew = (current: Credentials) => {
    if (tls !== undefined && isDeepStrictEqual(tls, current.tls)) return
    tls = current.tls
    // rejectUnauthorized is stated because NODE_TLS_REJECT_UNAUTHORIZED=0 would turn the check off otherwise
    const options = { ...current.tls, keepAlive: true, rejectUnauthorized: true }
    requests = new Agent({ ...options, maxSockets: MAX_IN_FLIGHT })
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

function send(
  server: string,
  request: ApiRequest,
  credentials: Credentials,
  agent: Agent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    const outgoing = httpsRequest(
      `${server}${request.path}`,
      {
        method: request.method,
        agent,
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
        ...(request.signal ? { signal: request.signal } : {}),
      },
      (message) => {
        clearTimeout(timer)
        resolve(message)
      },
    )
    const timer = setTimeout(() => {
      outgoing.destroy(Object.assign(new Error('no answer within 30 s'), { code: 'ETIMEDOUT' }))
    }, ANSWER_TIMEOUT_MS)
    outgoing.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
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

/** A create is not repeated after a reset: it may have happened. Everything else we send may happen twice. */
function isPassing(error: unknown, method: ApiRequest['method']): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return method !== 'POST' && ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(code)
}

/** A create that ended in a 5xx may have happened; 429 says that nothing did. */
function isBusy(status: number, method: ApiRequest['method']): boolean {
  return status === 429 || ([500, 502, 503, 504].includes(status) && method !== 'POST')
}

function pauseMs(retryAfter: string | undefined, attempt: number): number {
  const seconds = Number(retryAfter)
  const asked = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 100 * 2 ** attempt
  return Math.min(asked, MAX_PAUSE_MS)
}
