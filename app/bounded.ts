import type { ExchangeFacts } from './entra-refusals.ts'
import { explain, hidesItsCause } from './failure.ts'
import type { Place } from './failure.ts'
import { probe } from './probe.ts'
import type { Finding } from './probe.ts'
import type { Run } from './run.ts'
import type { Environment } from './settings.ts'
import { recovered, silence } from './transport.ts'
import { WorkerError } from './worker-error.ts'

/** An SDK that is silent for so long is asked behind its back: can the host be reached at all? */
const SUSPICIOUS_AFTER_MS = 3000
const PROBE_TIMEOUT_MS = 3000

/** The place of a call, and what to ask directly when the SDK does not say what is wrong. */
export interface Target extends Place {
  /** Undefined where a proxy stands in between, because then a direct connection proves nothing. */
  readonly probeUrl: string | undefined
}

/** The token service as a place where calls fail. */
export function tokenService(facts: ExchangeFacts, env: Environment): Target {
  const proxied = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].some((name) => env[name])
  return {
    service: 'the token service',
    where: facts.authorityHost,
    exchange: facts,
    probeUrl: proxied
      ? undefined
      : `${facts.authorityHost}${facts.tenantId}/v2.0/.well-known/openid-configuration`,
  }
}

/**
 * Calls an SDK that has no time-out of its own. Ends with the first of: its answer, its error explained, a stop
 * signal, an obstacle on the way, the deadline.
 *
 * @param call Gets a signal that is aborted when nobody waits for the answer any more.
 * @throws {WorkerError} or the run's abort reason.
 */
export async function bounded<T>(
  run: Run,
  target: Target,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const startedAt = run.clock.now()
  const over = new AbortController()
  const signal = AbortSignal.any([run.signal, over.signal])
  const never = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(run.signal.reason as unknown)
    if (run.signal.aborted) stop()
    run.signal.addEventListener('abort', stop, { once: true, signal: over.signal })
  })
  const deadline = run.clock.sleep(run.deadlineAt - startedAt, signal).then(() => {
    throw new WorkerError(silence(target.service, run.clock.now() - startedAt), {
      details: [['asked', target.where]],
    })
  })
  try {
    return await Promise.race([call(signal), never, deadline, suspicion(run, target, signal)])
  } catch (error) {
    run.signal.throwIfAborted()
    const failure = await explained(run, error, target)
    run.signal.throwIfAborted()
    throw failure
  } finally {
    over.abort()
  }
}

/** Rejects if the call is slow because the host cannot be reached; otherwise leaves the waiting to the deadline. */
async function suspicion(run: Run, target: Target, signal: AbortSignal): Promise<never> {
  const halfTimeMs = (run.deadlineAt - run.clock.now()) / 2
  await run.clock.sleep(Math.min(SUSPICIOUS_AFTER_MS, halfTimeMs), signal)
  const finding = await look(target, signal)
  if (finding?.kind === 'obstacle') {
    const failure = explain(asError(finding), target)
    // Slowness proves nothing while there is time left.
    if (failure.verdict.retry === undefined) throw failure
  }
  return new Promise<never>(() => {})
}

/** The failure in the SDK's words or, where it has none, in those of the host itself. */
async function explained(run: Run, error: unknown, target: Target): Promise<WorkerError> {
  if (!hidesItsCause(error)) return explain(error, target)
  // Only a credential hides it so, and it is asked for a new token during a call to Cosmos DB as well.
  const asked = tokenService(target.exchange, run.env)
  const finding = await look(asked, run.signal)
  if (isGood(finding)) {
    return new WorkerError(recovered(asked.service), {
      cause: error,
      details: [['asked', asked.where]],
    })
  }
  return explain(tells(finding) ? asError(finding, error) : error, asked)
}

async function look({ probeUrl }: Target, signal: AbortSignal): Promise<Finding | undefined> {
  return probeUrl === undefined
    ? undefined
    : probe(probeUrl, { timeoutMs: PROBE_TIMEOUT_MS, signal })
}

/** The token service itself, as it should be: what kept the SDK from it is over. */
function isGood(finding: Finding | undefined): boolean {
  return finding?.kind === 'answer' && finding.text.includes('"token_endpoint"')
}

function tells(finding: Finding | undefined): finding is Finding {
  return finding?.kind === 'obstacle' || /AADSTS\d/.test(finding?.text ?? '')
}

function asError(finding: Finding, cause?: unknown): Error {
  if (finding.kind === 'answer') return new Error(finding.text, { cause })
  return Object.assign(new Error(finding.message, { cause }), { code: finding.code })
}
