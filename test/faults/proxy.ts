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
  /** Told of each fault as it is injected. */
  readonly onFault: (fault: Fault | Incident) => void
  /** Does what a proxy cannot: signals, and other people's writes. Awaited before the request goes on. */
  readonly cause: (incident: Incident) => void | Promise<void>
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
    if (incidents.isOut()) return answer(outgoing, 500)
    const fault = judge(incoming)
    if (fault === undefined) return forward(exchange)
    options.onFault(fault)
    return inject(fault, exchange, forward)
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
      options.onFault(incident.kind)
      if (incident.kind === 'API server restart') await restart()
      else if (incident.kind !== 'outage') await options.cause(incident.kind)
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

type Forward = (exchange: Exchange, options?: { readonly lifeMs?: number }) => Promise<void>

async function inject(fault: Fault, exchange: Exchange, forward: Forward): Promise<void> {
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
      return
    case 'reset before the server':
      incoming.socket.destroy()
      return
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
      incoming.socket.destroy()
      return
    }
    message.once('error', () => incoming.socket.destroy())
    outgoing.writeHead(message.statusCode ?? 502, message.headers)
    outgoing.flushHeaders()
    message.pipe(outgoing)
    if (lifeMs === undefined) return
    await sleep(lifeMs)
    incoming.socket.destroy()
  }
}

function isWriteOfWorker({ method, url = '' }: IncomingMessage): boolean {
  return method === 'PATCH' && url.includes('/configmaps/worker?') && !url.includes('dryRun')
}

function answer(outgoing: ServerResponse, code: number): void {
  outgoing.writeHead(code, { 'Content-Type': 'application/json' })
  outgoing.end(JSON.stringify(status(code)))
}

function status(code: number) {
  const message = `injected ${code}`
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code }
}
