import { explain, hidesItsCause } from './failure.ts'
import type { Place } from './failure.ts'
import { findObstacle } from './probe.ts'
import type { Run } from './run.ts'
import { silence, transportVerdict } from './transport.ts'
import { WorkerError } from './worker-error.ts'

/** An SDK that is silent for so long is asked behind its back: can the host be reached at all? */
const SUSPICIOUS_AFTER_MS = 3000
const PROBE_TIMEOUT_MS = 3000

/** The place of a call, and the address to look at when the SDK does not say what is wrong. */
export interface Target extends Place {
  /** Undefined where a proxy stands in between, because then a direct connection proves nothing. */
  readonly probeUrl: string | undefined
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
    throw await explained(error, target)
  } finally {
    over.abort()
  }
}

/** Rejects if the call is slow because the host cannot be reached; otherwise leaves the waiting to the deadline. */
async function suspicion(run: Run, target: Target, signal: AbortSignal): Promise<never> {
  await run.clock.sleep(SUSPICIOUS_AFTER_MS, signal)
  const obstacle = await obstacleError(target)
  if (obstacle !== undefined) throw obstacle
  return new Promise<never>(() => {})
}

async function explained(error: unknown, target: Target): Promise<WorkerError> {
  const hidden = hidesItsCause(error) ? await obstacleError(target, error) : undefined
  return hidden ?? explain(error, target)
}

async function obstacleError(target: Target, cause?: unknown): Promise<WorkerError | undefined> {
  if (target.probeUrl === undefined) return undefined
  const obstacle = await findObstacle(target.probeUrl, PROBE_TIMEOUT_MS)
  const verdict = obstacle && transportVerdict(obstacle.code, target.service)
  if (verdict === undefined) return undefined
  return new WorkerError(verdict, {
    cause,
    details: [
      ['asked', target.where],
      ['answer', obstacle?.message ?? ''],
    ],
  })
}
