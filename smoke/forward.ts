import type { ChildProcess } from 'node:child_process'
import type { ClientRequestArgs } from 'node:http'
import { Agent } from 'node:https'
import type { AgentOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { lastLines, signalGroup, spawnInOwnGroup } from './program.ts'
import { SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'

/** A service of the cluster, reached from here through the API server. */
export interface Forward {
  /** On 127.0.0.1. */
  readonly port: number
  readonly close: () => Promise<void>
}

const READY_MS = 15_000

/**
 * `kubectl port-forward` to port 443 of a service, on a port that the system chooses.
 *
 * @throws {SmokeError} `ERR_CLUSTER` if it ends or is silent instead.
 */
export async function forwardTo(
  { kubectl, signal }: Stage,
  service: { readonly namespace: string; readonly name: string },
): Promise<Forward> {
  const { namespace, name } = service
  const [program, ...words] = kubectl.words
  const args = ['port-forward', '--namespace', namespace, `service/${name}`, ':443']
  const child = spawnInOwnGroup(program, [...words, ...args, '--address', '127.0.0.1'], {
    env: kubectl.env,
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const close = async () => {
    signalGroup(child, 'SIGTERM')
    await ended
  }
  try {
    return { port: await portOf(child, `Service/${namespace}/${name}`, signal), close }
  } catch (error) {
    await close()
    throw error
  }
}

function portOf(child: ChildProcess, subject: string, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let said = ''
  const listen = (text: string) => {
    said += text
    const port = /Forwarding from 127\.0\.0\.1:(\d+) /.exec(said)?.[1]
    if (port !== undefined) resolve(Number(port))
  }
  child.stdout?.setEncoding('utf8').on('data', listen)
  child.stderr?.setEncoding('utf8').on('data', listen)
  const fail = (why: string) =>
    reject(
      new SmokeError('ERR_CLUSTER', `${subject}: kubectl port-forward ${why}: ${lastLines(said)}`, {
        hint: 'its pod is gone or has ended: run again; --keep leaves it there to look at',
      }),
    )
  child.once('error', (cause) => reject(cause))
  child.once('close', (code) => fail(`ended with exit code ${code}`))
  const limit = setTimeout(() => fail(`said nothing for ${READY_MS / 1_000} s`), READY_MS)
  const onAbort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  return promise.finally(() => {
    clearTimeout(limit)
    signal.removeEventListener('abort', onAbort)
  })
}

/**
 * Connects to forwarded ports, and to nothing else, as if they were the services themselves: URL, SNI, audience and the
 * name in the certificate stay those of the service, and TLS is verified by the given root.
 */
export class ForwardedAgent extends Agent {
  readonly #portsByHost: ReadonlyMap<string, number>

  constructor(portsByHost: ReadonlyMap<string, number>, options: AgentOptions) {
    super(options)
    this.#portsByHost = portsByHost
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? ''
    const port = this.#portsByHost.get(host)
    if (port === undefined) throw new TypeError(`no port is forwarded to ${host}`)
    return super.createConnection(
      { servername: host, ...options, host: '127.0.0.1', port },
      callback,
    )
  }
}
