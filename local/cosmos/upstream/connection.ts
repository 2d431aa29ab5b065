import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders, RequestOptions } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Address } from './address.ts'
import { brokenConnection, troubleOf } from './trouble.ts'
import { UpstreamError } from './upstream-error.ts'

/** One request, signed and complete but for its length. */
export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty: none is sent. */
  readonly body: string
}

/** One answer, whole. */
export interface WireReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Kept connections to one emulator. */
export interface Connection {
  /**
   * @param options.isIdempotent Sent a second time, on a fresh connection, if the first one breaks.
   * @throws {UpstreamError} if there is no whole answer in time; the signal's own reason if it was aborted.
   */
  send(
    request: WireRequest,
    options: { readonly isIdempotent: boolean; readonly signal: AbortSignal },
  ): Promise<WireReply>
  close(): void
}

/** A page of the service is at most 4 MB; text in JSON may be a few times longer than what it says. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
/** Shorter than any server keeps a connection, so that a kept one is rarely closed just when it is used. */
const IDLE_MS = 20_000
const MAX_CONNECTIONS = 64

/**
 * Opens nothing yet; connections are made when they are needed, and kept.
 *
 * @param options.certificateAuthority PEM; default: the roots this Node trusts. There is no way to trust anything.
 * @param options.onBroken Called when a connection broke: the emulator may have been restarted, and be empty.
 */
export function createConnection(
  address: Address,
  options: {
    readonly certificateAuthority?: string
    readonly timeoutMs: number
    readonly onBroken: () => void
  },
): Connection {
  const { certificateAuthority, timeoutMs, onBroken } = options
  const ca = certificateAuthority === undefined ? {} : { ca: certificateAuthority }
  const pool = { keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS }
  const agent = address.isTls ? new TlsAgent({ ...pool, ...ca }) : new PlainAgent(pool)
  const start = address.isTls ? tlsRequest : plainRequest

  const attempt = async (
    { method, path, headers, body }: WireRequest,
    how: { readonly agent: RequestOptions['agent']; readonly signal: AbortSignal },
  ) => {
    // Not AbortSignal.timeout: that would keep a timer of every request for the whole time.
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = start({
      hostname: address.hostname,
      port: address.port,
      ...ca,
      method,
      path,
      headers: { ...headers, ...length },
      agent: how.agent,
      signal: AbortSignal.any([how.signal, late.signal]),
    })
    try {
      return await readReply(sent, body)
    } catch (cause) {
      how.signal.throwIfAborted()
      if (cause instanceof TooLarge) throw tooLarge(address, cause)
      throw new UpstreamError(
        `emulator ${address.origin}`,
        troubleOf(cause, { address, timeoutMs, isLate: late.signal.aborted }),
      )
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    send: async (request, { isIdempotent, signal }) => {
      try {
        return await attempt(request, { agent, signal })
      } catch (error) {
        if (!brokenConnection(error)) throw error
        onBroken()
        if (!isIdempotent) throw error
      }
      return attempt(request, { agent: false, signal })
    },
    close: () => agent.destroy(),
  }
}

class TooLarge extends Error {}

function tooLarge(address: Address, cause: TooLarge): UpstreamError {
  return new UpstreamError(`emulator ${address.origin}`, {
    reason: `it answers with more than ${MAX_ANSWER_BYTES / 1024 / 1024} MB`,
    next: 'ask for smaller pages (x-ms-max-item-count)',
    mayPass: false,
    cause,
  })
}

function readReply(sent: ClientRequest, body: string): Promise<WireReply> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (answer) => {
      const chunks: Buffer[] = []
      let length = 0
      answer.on('data', (chunk: Buffer) => {
        length += chunk.byteLength
        if (length > MAX_ANSWER_BYTES) sent.destroy(new TooLarge())
        else chunks.push(chunk)
      })
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.end(body === '' ? undefined : body)
  })
}
