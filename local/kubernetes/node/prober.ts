import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Container, Probe } from './pod.ts'
import { httpAttempt, lengthen, probePort, verdict } from './probe.ts'
import type { Attempt, ProbeKind, Streak } from './probe.ts'

/** Runs a command as the container would; the output is both streams together. */
export type Execute = (
  command: readonly string[],
  timeoutMs: number,
) => Promise<
  { readonly exitCode: number; readonly output: string } | { readonly error: string } | 'timeout'
>

export interface ProbeHandlers {
  /** Every attempt, for the event it may be worth. */
  onAttempt(attempt: Attempt): void
  /** A threshold was reached; may come again with the same verdict. */
  onVerdict(verdict: 'success' | 'failure'): void
}

const DEFAULT_PERIOD_SECONDS = 10
const DEFAULT_TIMEOUT_SECONDS = 1

/**
 * Probes a running container until `signal` aborts: first after `initialDelaySeconds`, then once a period.
 *
 * Liveness and startup probing end with their verdict, as they do in the kubelet until the container is a new one.
 */
export async function runProbe(
  kind: ProbeKind,
  probe: Probe,
  given: { readonly container: Container; readonly address: string; readonly execute: Execute },
  handlers: ProbeHandlers,
  signal: AbortSignal,
): Promise<void> {
  let streak: Streak | undefined
  let pauseMs = (probe.initialDelaySeconds ?? 0) * 1000
  while (await pause(pauseMs, signal)) {
    pauseMs = (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * 1000
    const attempt = await attemptProbe(probe, given)
    if (signal.aborted) return
    handlers.onAttempt(attempt)
    if ('error' in attempt) continue
    streak = lengthen(streak, attempt)
    const proven = verdict(probe, streak)
    if (proven !== undefined) handlers.onVerdict(proven)
    if (kind === 'Startup' ? proven !== undefined : kind === 'Liveness' && proven === 'failure')
      return
  }
}

/** False if the signal aborted meanwhile. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => {})
  return !signal.aborted
}

async function attemptProbe(
  probe: Probe,
  { container, address, execute }: Parameters<typeof runProbe>[2],
): Promise<Attempt> {
  const timeoutMs = (probe.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000
  if (probe.exec !== undefined) return tryCommand(probe.exec.command ?? [], execute, timeoutMs)
  const target = probe.httpGet ?? probe.tcpSocket
  if (target === undefined) return { error: 'missing probe handler' }
  const port = probePort(target.port, container)
  if (port === undefined) return { error: `couldn't find port: ${target.port}` }
  const host = target.host || address
  if (probe.httpGet === undefined) return tryConnect(host, port, timeoutMs)
  return tryGet(probe.httpGet, host, port, timeoutMs)
}

async function tryCommand(
  command: readonly string[],
  execute: Execute,
  timeoutMs: number,
): Promise<Attempt> {
  const result = await execute(command, timeoutMs)
  if (result === 'timeout') {
    const text = JSON.stringify(command.join(' '))
    return failed(`command timed out: ${text} timed out after ${timeoutMs / 1000}s`)
  }
  if ('error' in result) return { error: result.error }
  return result.exitCode === 0 ? { ok: true } : { ok: false, output: result.output }
}

function tryConnect(host: string, port: number, timeoutMs: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const settle = (attempt: Attempt) => {
      socket.destroy()
      resolve(attempt)
    }
    socket.once('connect', () => settle({ ok: true }))
    socket.once('timeout', () => settle(dialFailure(host, port, 'i/o timeout')))
    socket.once('error', (error) => settle(dialFailure(host, port, goReason(error))))
  })
}

const MOST_BODY_BYTES = 10_240

function tryGet(
  { path = '/', httpHeaders = [] }: NonNullable<Probe['httpGet']>,
  host: string,
  port: number,
  timeoutMs: number,
): Promise<Attempt> {
  const url = `http://${host}:${port}${path.startsWith('/') ? '' : '/'}${path}`
  const failure = (reason: string): Attempt => ({ ok: false, output: `Get "${url}": ${reason}` })
  const unsendable = httpHeaders.find(({ value }) => UNSENDABLE.test(value))
  if (unsendable !== undefined) {
    const name = JSON.stringify(unsendable.name)
    return Promise.resolve(failure(`net/http: invalid header field value for ${name}`))
  }
  if (!URL.canParse(url)) return Promise.resolve({ error: `parse "${url}": invalid host` })
  return new Promise((resolve) => {
    const headers = {
      'user-agent': 'kube-probe/1.36',
      accept: '*/*',
      ...Object.fromEntries(httpHeaders.map(({ name, value }) => [name.toLowerCase(), value])),
    }
    const signal = AbortSignal.timeout(timeoutMs)
    const outgoing = request(url, { agent: false, headers, signal }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body = (body + text).slice(0, MOST_BODY_BYTES)))
      response.on('end', () => resolve(httpAttempt(response.statusCode ?? 0, body)))
      response.on('error', () => resolve(failure(LATE)))
    })
    outgoing.on('error', (error) => {
      resolve(failure(signal.aborted ? LATE : `dial tcp ${host}:${port}: ${goReason(error)}`))
    })
    outgoing.end()
  })
}

/** What no header may hold: the API server does not look. Beyond Latin-1, Node would not send what Go does. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

const LATE = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'

function dialFailure(host: string, port: number, reason: string): Attempt {
  return { ok: false, output: `dial tcp ${host}:${port}: ${reason}` }
}

/** The reason as a Go program prints it, for the ones that happen on a loopback address. */
function goReason(error: NodeJS.ErrnoException): string {
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connect: connection refused',
    ECONNRESET: 'read: connection reset by peer',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
  }
  return known[error.code ?? ''] ?? error.message
}

function failed(output: string): Attempt {
  return { ok: false, output }
}
