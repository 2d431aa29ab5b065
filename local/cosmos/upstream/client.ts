import type { Connection, WireReply } from './connection.ts'
import type { Resource } from './resource.ts'
import type { Sign } from './sign.ts'

/** One request to the emulator, before it is signed. */
export interface Call {
  readonly method: string
  readonly resource: Resource
  /** What belongs to the operation; the protocol's own headers are added. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty: none. */
  readonly body?: string
  /** Whether it may be sent twice. */
  readonly isIdempotent: boolean
  readonly signal: AbortSignal
}

/** Signs and sends one request. @throws {UpstreamError} if there is no whole answer. */
export type Client = (call: Call) => Promise<WireReply>

export function createClient(options: {
  readonly connection: Connection
  readonly sign: Sign
  readonly now: () => number
}): Client {
  const { connection, sign, now } = options
  return ({ method, resource, headers, body = '', isIdempotent, signal }) => {
    const date = new Date(now()).toUTCString()
    const protocol = {
      accept: 'application/json',
      authorization: sign(method, resource, date),
      'x-ms-date': date,
    }
    return connection.send(
      { method, path: resource.path, headers: { ...headers, ...protocol }, body },
      { isIdempotent, signal },
    )
  }
}
