import { once } from 'node:events'
import { createServer } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KeyPair } from '../../local/tls.ts'

/** Between the last connection of the old process and the first of the new one; scaled down. */
const RESTART_MS = 400

/** A TLS server on the loopback address that can go away and come back at the same port. */
export interface Endpoint {
  readonly url: string
  /** Breaks every connection, refuses new ones for a while, then listens again; resolves when it listens. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startEndpoint(tls: KeyPair, listener: RequestListener): Promise<Endpoint> {
  const server = createServer(tls, listener)
  // those in the middle of a TLS handshake as well, which the server itself would leave open
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const stop = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  let restarting = Promise.resolve()
  const restart = async () => {
    await stop()
    await sleep(RESTART_MS)
    await listen(port)
  }
  return {
    url: `https://127.0.0.1:${port}`,
    restart: () => {
      restarting = restart()
      return restarting
    },
    close: async () => {
      await restarting
      await stop()
    },
  }
}
