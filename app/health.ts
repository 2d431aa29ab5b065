import { createServer } from 'node:http'
import { settingsError } from './settings.ts'

/** When the last write succeeded, for readiness. */
export interface Pulse {
  /** Milliseconds since the epoch; undefined before the first write. */
  lastWriteAt: number | undefined
}

export interface Health {
  close(): void
}

/** Missed intervals after which the worker stops calling itself ready. */
const PATIENCE = 3

/**
 * Whether the last write succeeded recently enough.
 *
 * @param now Milliseconds since the epoch.
 * @returns The sentence `/readyz` answers with.
 */
export function readiness(
  pulse: Pulse,
  intervalMs: number,
  now: number,
): { readonly ready: boolean; readonly reason: string } {
  if (pulse.lastWriteAt === undefined) return { ready: false, reason: 'no document written yet' }
  const ageMs = now - pulse.lastWriteAt
  const reason = `last document written ${Math.round(ageMs / 1000)} s ago`
  return { ready: ageMs <= PATIENCE * intervalMs, reason }
}

/**
 * Serves `/healthz` and `/readyz` to the kubelet. Liveness says only that the event loop turns: if it asked Cosmos DB,
 * an outage there would restart every pod for nothing.
 *
 * @throws {WorkerError} ERR_SETTINGS if the port cannot be had.
 */
export async function serveHealth(
  address: { readonly host: string; readonly port: number },
  ready: () => { readonly ready: boolean; readonly reason: string },
): Promise<Health> {
  const server = createServer((request, response) => {
    const { status, text } = answer(request.method, request.url, ready)
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        settingsError([
          `HEALTH_PORT ${address.port} cannot be had (${error.code ?? error.message})`,
        ]),
      ),
    )
    server.listen(address.port, address.host, resolve)
  })
  return {
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function answer(
  method: string | undefined,
  url: string | undefined,
  ready: () => { readonly ready: boolean; readonly reason: string },
): { readonly status: number; readonly text: string } {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'only GET and HEAD' }
  const [path] = (url ?? '').split('?')
  if (path === '/healthz') return { status: 200, text: 'ok' }
  if (path !== '/readyz') return { status: 404, text: 'only /healthz and /readyz' }
  const { ready: isReady, reason } = ready()
  return { status: isReady ? 200 : 503, text: reason }
}
