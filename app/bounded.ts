import { explain, hidesItsCause } from './failure.ts'
import type { Finding } from './probe.ts'
import { leftMs } from './run.ts'
import type { Run } from './run.ts'
import { suspect } from './suspicion.ts'
import { asError, look, LOOK_MS, tokenService } from './target.ts'
import type { Target } from './target.ts'
import { recovered } from './transport.ts'
import { WorkerError } from './worker-error.ts'

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
  const over = new AbortController()
  const signal = AbortSignal.any([run.signal, over.signal])
  const never = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(run.signal.reason as unknown)
    if (run.signal.aborted) stop()
    run.signal.addEventListener('abort', stop, { once: true, signal: over.signal })
  })
  const suspicion = suspect(run, target, signal)
  const deadline = run.clock.sleep(leftMs(run), signal).then(() => {
    throw suspicion.lastWord()
  })
  try {
    return await Promise.race([call(signal), never, deadline, suspicion.proven])
  } catch (error) {
    run.signal.throwIfAborted()
    const failure = await explained(run, error, target)
    run.signal.throwIfAborted()
    throw failure
  } finally {
    over.abort()
  }
}

/** The failure in the SDK's words or, where it has none, in those of the host itself. */
async function explained(run: Run, error: unknown, target: Target): Promise<WorkerError> {
  if (!hidesItsCause(error)) return explain(error, target)
  // Only a credential hides it so, and it is asked for a new token during a call to Cosmos DB as well.
  const asked = tokenService(target.exchange, run.env)
  const finding = await look(asked, run.signal, LOOK_MS)
  if (finding === undefined) return explain(error, asked)
  if (isGood(finding)) {
    return new WorkerError(recovered(asked.service), {
      cause: error,
      details: [['asked', asked.where]],
    })
  }
  return explain(tells(finding) ? asError(finding, error) : error, asked)
}

/** The token service itself, as it should be: what kept the SDK from it is over. */
function isGood(finding: Finding): boolean {
  return finding.kind === 'answer' && finding.text.includes('"token_endpoint"')
}

function tells(finding: Finding): boolean {
  return finding.kind !== 'answer' || /AADSTS\d/.test(finding.text)
}
