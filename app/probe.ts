import { connect } from 'node:tls'

/** What stands in the way of a trusted connection; the code of the operating system or of OpenSSL. */
export interface Obstacle {
  readonly code: string
  readonly message: string
}

/**
 * Opens one TLS connection and closes it again, to learn what an SDK does not tell: MSAL turns every failure on the
 * way into `network_error`, and the Cosmos DB SDK asks a name that does not exist 120 times.
 * It trusts what the process trusts, nothing less.
 *
 * @param timeoutMs How long to wait for the connection; a server that says nothing at all is ETIMEDOUT.
 * @returns undefined if the connection stands.
 */
export function findObstacle(url: string, timeoutMs: number): Promise<Obstacle | undefined> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port || 443), servername: serverName(host) })
    const end = (obstacle?: Obstacle) => {
      socket.destroy()
      resolve(obstacle)
    }
    socket.setTimeout(timeoutMs, () =>
      end({ code: 'ETIMEDOUT', message: `no connection to ${host} within ${timeoutMs} ms` }),
    )
    socket.once('secureConnect', () => end())
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end({ code: error.code ?? 'EPROTO', message: error.message }),
    )
  })
}

/** Server name indication is for names only; for an address it must be empty. */
function serverName(host: string): string {
  return /^[\d.]+$|:/.test(host) ? '' : host
}
