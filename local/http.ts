import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { KeyPair } from './tls.ts'

/** A service as a pure function of the request; tests can call it without a socket. */
export type Handler = (request: Request, native?: NativeRequest) => Response | Promise<Response>

/** Node's own request, which the HTTP adapter passes beside the web one: it alone has the raw target and the socket. */
export interface NativeRequest {
  readonly incoming?: IncomingMessage | Http2ServerRequest
}

/** A listening server; `close` also ends watches and idle connections. */
export interface Listener {
  /** `https://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string
  readonly port: number
  /** Shows another certificate from now on; open connections go on with the one they were made with. */
  renew(tls: KeyPair): void
  close(): Promise<void>
}

/** The service could not be started; the message names the address and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly code = 'ERR_LISTEN'
}

/** Where a service listens. */
export interface ListenOptions {
  readonly tls: KeyPair
  /** 0 (default) lets the system choose. */
  readonly port?: number
  /** For messages. */
  readonly name: string
  /** Default `loopback`: reachable from this machine only. `pod`: from everywhere that reaches the pod. */
  readonly reach?: 'loopback' | 'pod'
}

/**
 * Serves `handler` over TLS.
 *
 * @throws {ListenError} if the port is taken or not allowed.
 */
export async function listen(handler: Handler, options: ListenOptions): Promise<Listener> {
  const answer = getRequestListener(handler, { overrideGlobalObjects: false })
  const server = createServer(
    { ...options.tls, keepAliveTimeout: 65_000 },
    (incoming, outgoing) => {
      // The listener answers its own failures with 500, so nothing can be left unhandled here.
      void answer(incoming, outgoing)
    },
  )
  const sockets = openSockets(server)
  await bind(server, options)
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    renew: (tls) => server.setSecureContext({ cert: tls.cert, key: tls.key }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Node's closeAllConnections leaves out those that are still shaking hands, and close would wait for them. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

function bind(
  server: Server,
  { port = 0, name, reach = 'loopback' }: ListenOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE' ? 'is taken by another program' : (cause.code ?? cause.message)
      const where = reach === 'pod' ? 'of this pod' : 'on 127.0.0.1'
      reject(
        new ListenError(
          `${name}: port ${port} ${where} ${reason}; stop that program or choose other ports: --any-port, and beside a running platform --directory DIR of its own`,
          { cause },
        ),
      )
    })
    const bound = () => resolve()
    // Without an address Node takes IPv6 and IPv4, whichever the pod has.
    if (reach === 'pod') server.listen(port, bound)
    else server.listen(port, '127.0.0.1', bound)
  })
}
