import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAuthority } from '../../local/tls.ts'
import { writeKubeconfig } from './cluster.ts'
import type { TestCluster } from './cluster.ts'

/** One request as the API server got it. */
export interface Recorded {
  readonly method: string
  /** Path with query. */
  readonly path: string
}

/** A proxy in front of a test cluster that writes down what passes and lets a test step in between. */
export interface Recorder {
  /** The same cluster, reached through the proxy. */
  readonly cluster: TestCluster
  readonly requests: Recorded[]
  /** Runs before a request is passed on; for what happens between a plan and its apply. */
  before: (request: Recorded) => Promise<void>
  /** The status with which a request is answered instead of being passed on. */
  refusal: (request: Recorded) => number | undefined
  /** What a request is answered beside; as an API server or a webhook would warn. */
  warning: (request: Recorded) => string | undefined
  close(): Promise<void>
}

/** Starts a proxy with a certificate of its own; it changes nothing unless a test says so. */
export async function startRecorder(cluster: TestCluster): Promise<Recorder> {
  const authority = await createAuthority(Date.now())
  const requests: Recorded[] = []
  const server = createServer(await authority.issue(['127.0.0.1']), (incoming, outgoing) => {
    const recorded = { method: incoming.method ?? '', path: incoming.url ?? '' }
    requests.push(recorded)
    const answer = () => {
      const warning = recorder.warning(recorded)
      if (warning !== undefined) outgoing.setHeader('Warning', `299 - ${JSON.stringify(warning)}`)
      const status = recorder.refusal(recorded)
      return status === undefined
        ? passOn(cluster, incoming, outgoing)
        : outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(refused(recorded))
    }
    recorder
      .before(recorded)
      .then(answer)
      .catch((error: unknown) => outgoing.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const access = {
    ...cluster.access,
    url: `https://127.0.0.1:${port}`,
    certificateAuthority: authority.certificate,
  }
  const kubeconfig = join(cluster.directory, `recorded-${port}`)
  await writeKubeconfig(kubeconfig, access)
  const recorder: Recorder = {
    cluster: { ...cluster, access, kubeconfig },
    requests,
    before: () => Promise.resolve(),
    refusal: () => undefined,
    warning: () => undefined,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return recorder
}

/** What RBAC says; of another status nobody reads the text. */
function refused({ path }: Recorded): string {
  const message = `forbidden: User "test" cannot get path "${path}"`
  return JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', message })
}

function passOn(
  { access }: TestCluster,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method, headers, url } = incoming
  const ca = access.certificateAuthority
  const options = { ...(method === undefined ? {} : { method }), headers, ca }
  const passed = httpsRequest(`${access.url}${url}`, options, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  passed.on('error', () => outgoing.destroy())
  outgoing.on('close', () => passed.destroy())
  incoming.pipe(passed)
}

/** Whether a request changes nothing. */
export function isReading({ method, path }: Recorded): boolean {
  return method === 'GET' || new URL(path, 'https://x').searchParams.get('dryRun') === 'All'
}
