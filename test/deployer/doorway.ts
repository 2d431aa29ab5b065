import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A way to a server that can be shut for a while, as when the server restarts. */
export interface Doorway {
  readonly port: number
  /** Breaks every connection and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
}

/** Passes bytes on to a port of this machine; TLS goes through untouched. */
export async function createDoorway(target: number): Promise<Doorway> {
  const sockets = new Set<Socket>()
  const server = createServer((inner) => {
    const outer = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    open: () => listen(port),
    shut: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
