import { once } from 'node:events'
import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import type { ApiAccess } from '../../local/kubernetes/client.ts'
import type { KeyPair } from '../../local/tls.ts'
import { startEndpoint } from './endpoint.ts'
import type { Fault, Incident, Script } from './script.ts'

/** Everything is scaled down, so that two hundred runs fit into two minutes: a watch lives this long and not 2 s. */
const WATCH_LIFE_MS = 120
const SLOW_MS = 250
const RETRY_AFTER_SECONDS = 1

export interface ProxyOptions {
  readonly tls: KeyPair
  readonly target: ApiAccess
  readonly script: Script
  /** Told of each fault once it has happened; what came too late for it to be noticed is none. */
  readonly onFault: (fault: Fault | Incident) => void
  /**
   * Does what a proxy cannot: signals, and other people's writes. Awaited before the request goes on.
   *
   * @returns Whether it happened.
   */
  readonly cause: (incident: Incident) => boolean | Promise<boolean>
}

export interface FaultProxy {
  readonly url: string
  close(): Promise<void>
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly body: Buffer
}

/** A TLS server between the deployer and an API server, where things go wrong as the script says. */
export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const agent = new Agent({ ca: options.target.certificateAuthority, keepAlive: true })
  const forward = forwarder(options.target, agent)
  const judge = faultFinder(options.script)
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const exchange = { incoming, outgoing, body: await buffer(incoming) }
    await incidents.pass(incoming)
    if (incidents.isOut()) {
      answer(outgoing, 500)
      return
    }
    const fault = judge(incoming)
    if (fault === undefined) await forward(exchange)
    else if (await inject(fault, exchange, forward)) options.onFault(fault)
  }
  const endpoint = await startEndpoint(options.tls, (incoming, outgoing) => {
    // either end may go away at any time here; the deployer's side of it is what is tested
    handle(incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  const incidents = incidentsOf(options, () => endpoint.restart())
  return {
    url: endpoint.url,
    close: async () => {
      await endpoint.close()
      agent.destroy()
    },
  }
}

/** Lets the one incident of a script happen at its request. */
function incidentsOf(options: ProxyOptions, restart: () => Promise<void>) {
  const { incident } = options.script
  let step = 0
  let happened: Incident | undefined
  const isItsMoment = (incoming: IncomingMessage) => {
    if (happened !== undefined) return false
    return incident?.kind === 'conflicting write'
      ? isWriteOfWorker(incoming)
      : step === incident?.step
  }
  return {
    isOut: () => happened === 'outage',
    pass: async (incoming: IncomingMessage) => {
      step += 1
      if (incident === undefined || !isItsMoment(incoming)) return
      happened = incident.kind
      if (incident.kind === 'API server restart') await restart()
      else if (incident.kind !== 'outage' && !(await options.cause(incident.kind))) return
      options.onFault(incident.kind)
    },
  }
}

/** Looks up each request's fault, and counts how often the same was asked. */
function faultFinder(script: Script) {
  const asked = new Map<string, number>()
  return ({ url = '/', method = 'GET' }: IncomingMessage): Fault | undefined => {
    const { pathname: path, searchParams } = new URL(url, 'https://127.0.0.1')
    const isWatch = searchParams.has('watch')
    const key = `${method} ${path} ${isWatch}`
    const before = asked.get(key) ?? 0
    asked.set(key, before + 1)
    return script.fault({ method, path, isWatch, before })
  }
}

/** Gives back whether the client was still there for what was done to it. */
type Forward = (exchange: Exchange, options?: { readonly lifeMs?: number }) => Promise<boolean>

/** Does it, and gives back whether the client was still there for it. */
async function inject(fault: Fault, exchange: Exchange, forward: Forward): Promise<boolean> {
  const { incoming, outgoing } = exchange
  switch (fault) {
    case '429 with Retry-After':
      outgoing.setHeader('Retry-After', RETRY_AFTER_SECONDS)
      return answer(outgoing, 429)
    case '500':
      return answer(outgoing, 500)
    case '401 once':
      return answer(outgoing, 401)
    case 'watch answered with 410':
      return answer(outgoing, 410)
    case '410 in the watch':
      outgoing.writeHead(200, { 'Content-Type': 'application/json' })
      outgoing.end(`${JSON.stringify({ type: 'ERROR', object: status(410) })}\n`)
      return !outgoing.destroyed
    case 'reset before the server':
      return reset(incoming)
    case 'reset after the server':
      return forward(exchange, { lifeMs: 0 })
    case 'watch cut':
      return forward(exchange, { lifeMs: WATCH_LIFE_MS })
    case 'slow answer':
      await sleep(SLOW_MS)
      return forward(exchange)
    default:
      return fault satisfies never
  }
}

/** Passes one request on, and its answer back; after `lifeMs` of answering the connection breaks. */
function forwarder(target: ApiAccess, agent: Agent): Forward {
  return async ({ incoming, outgoing, body }, { lifeMs } = {}) => {
    const { host: _, ...headers } = incoming.headers
    const onward = httpsRequest(`${target.url}${incoming.url}`, {
      agent,
      method: incoming.method ?? 'GET',
      headers,
    })
    outgoing.once('close', () => onward.destroy())
    onward.end(body)
    const [message] = (await once(onward, 'response')) as [IncomingMessage]
    if (lifeMs === 0) {
      await buffer(message)
      return reset(incoming)
    }
    message.once('error', () => incoming.socket.destroy())
    outgoing.writeHead(message.statusCode ?? 502, message.headers)
    outgoing.flushHeaders()
    message.pipe(outgoing)
    if (lifeMs === undefined) return !outgoing.destroyed
    await sleep(lifeMs)
    return reset(incoming)
  }
}

function reset({ socket }: IncomingMessage): boolean {
  const wasOpen = !socket.destroyed
  socket.destroy()
  return wasOpen
}

function isWriteOfWorker({ method, url = '' }: IncomingMessage): boolean {
  return method === 'PATCH' && url.includes('/configmaps/worker?') && !url.includes('dryRun')
}

function answer(outgoing: ServerResponse, code: number): boolean {
  outgoing.writeHead(code, { 'Content-Type': 'application/json' })
  outgoing.end(JSON.stringify(status(code)))
  return !outgoing.destroyed
}

function status(code: number) {
  const message = `injected ${code}`
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code }
}
