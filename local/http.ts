import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { KeyPair } from './tls.ts'

/** A service as a pure function of the request; tests can call it without a socket. */
export type Handler = (request: Request) => Response | Promise<Response>

/** A listening server; `close` also ends watches and idle connections. */
export interface Listener {
  /** `https://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** The service could not be started; the message names the address and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly code = 'ERR_LISTEN'
}

/**
 * Serves `handler` over TLS on the loopback address, and on no other.
 *
 * @param options.port 0 (default) lets the system choose.
 * @throws {ListenError} if the port is taken or not allowed.
 */
export async function listen(
  handler: Handler,
  options: { readonly tls: KeyPair; readonly port?: number; readonly name: string },
): Promise<Listener> {
  const answer = getRequestListener(handler, { overrideGlobalObjects: false })
  const server = createServer(
    { ...options.tls, keepAliveTimeout: 65_000 },
    (incoming, outgoing) => {
      // The listener answers its own failures with 500, so nothing can be left unhandled here.
      void answer(incoming, outgoing)
    },
  )
  await bind(server, options.port ?? 0, options.name)
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function bind(server: Server, port: number, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE' ? 'is taken by another program' : (cause.code ?? cause.message)
      reject(
        new ListenError(
          `${name}: port ${port} on 127.0.0.1 ${reason}; stop that program or choose other ports`,
          { cause },
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve())
  })
}
