import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Whether one part works: resolves if it does, rejects with the reason. */
export type Check = () => Promise<void>

export interface Health {
  readonly port: number
  close(): Promise<void>
}

/** A kubelet asks every few seconds; the parts are asked no more often than this. */
const MEMORY_MS = 5_000

/**
 * Answers the kubelet's probes over plain HTTP: `/alive` while this process answers at all, `/ready` while every part
 * works, else 503 with a line for each.
 *
 * @param checks Asked anew each time what they are, because parts come up one after the other.
 */
export async function serveHealth(
  checks: () => Readonly<Record<string, Check>>,
  options: {
    readonly port: number
    readonly reach: 'loopback' | 'pod'
    readonly now: () => number
  },
): Promise<Health> {
  const look = rememberFor(MEMORY_MS, options.now, () => lookAt(checks()))
  const server = createServer((request, response) => {
    void (async () => {
      const found = request.url === '/ready' ? await look() : undefined
      const status = request.url === '/alive' || found?.isReady ? 200 : found ? 503 : 404
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(found?.text ?? '')
    })()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (options.reach === 'pod') server.listen(options.port, resolve)
    else server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Found {
  readonly isReady: boolean
  /** One line per part. */
  readonly text: string
}

async function lookAt(checks: Readonly<Record<string, Check>>): Promise<Found> {
  const lines = await Promise.all(
    Object.entries(checks).map(async ([part, check]) => {
      const problem = await check().then(() => undefined, reasonOf)
      return { isReady: problem === undefined, text: `${part}: ${problem ?? 'ok'}\n` }
    }),
  )
  return {
    isReady: lines.every(({ isReady }) => isReady),
    text: lines.map(({ text }) => text).join(''),
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Good news is remembered, bad news is looked at again; whoever asks meanwhile waits for the same answer. */
function rememberFor(
  memoryMs: number,
  now: () => number,
  look: () => Promise<Found>,
): () => Promise<Found> {
  let last: { readonly found: Found; readonly at: number } | undefined
  let looking: Promise<Found> | undefined
  const lookAgain = async () => {
    try {
      const found = await look()
      last = { found, at: now() }
      return found
    } finally {
      looking = undefined
    }
  }
  return async () => {
    if (last?.found.isReady && now() - last.at < memoryMs) return last.found
    return (looking ??= lookAgain())
  }
}
