import type { Store } from './cosmos.ts'
import { readiness, serveHealth } from './health.ts'
import type { Pulse } from './health.ts'
import { reportFailure } from './outcome.ts'
import type { Run } from './run.ts'
import { signIn, writeOne } from './worker.ts'
import type { Settings } from './settings.ts'

type Interval = Extract<Settings['schedule'], { mode: 'interval' }>

/** How long a write that is under way may take to end after a stop signal; all must be over within a second. */
const DRAIN_MS = 700

/**
 * Writes one document per interval until it is stopped. A failure before the first document ends the process, so
 * that a wrong set-up shows as a crash with a verdict; a later one is logged and ends readiness, and the next
 * interval tries again, because what worked once is likely to work again.
 *
 * @returns How many intervals have their document.
 * @throws {WorkerError} from the first document, or the stop reason if a write had to be cut off.
 */
export async function writeEveryInterval(run: Run, interval: Interval): Promise<number> {
  const { clock } = run
  const pulse: Pulse = { lastWriteAt: undefined }
  const address = { host: interval.healthHost, port: interval.healthPort }
  const health = await serveHealth(address, () =>
    readiness(pulse, interval.intervalMs, clock.now()),
  )
  let store: Store | undefined
  try {
    store = await signIn(run)
    return await writeUntilStopped(run, store, interval.intervalMs, pulse)
  } finally {
    store?.close()
    health.close()
  }
}

async function writeUntilStopped(
  run: Run,
  store: Store,
  intervalMs: number,
  pulse: Pulse,
): Promise<number> {
  const signal = draining(run)
  for (let count = 0; ;) {
    const slot = Math.floor(run.clock.now() / intervalMs)
    const deadlineAt = run.clock.now() + run.settings.deadlineMs
    try {
      await writeOne({ ...run, signal, deadlineAt }, store, slot)
      count += 1
      pulse.lastWriteAt = run.clock.now()
    } catch (error) {
      signal.throwIfAborted()
      if (pulse.lastWriteAt === undefined) throw error
      reportFailure(run.log, error)
    }
    const next = (Math.max(slot, Math.floor(run.clock.now() / intervalMs)) + 1) * intervalMs
    if (await stoppedBefore(run, next)) return count
  }
}

/** Waits for the next interval; true if the run was stopped meanwhile, which here is a good end. */
async function stoppedBefore(run: Run, time: number): Promise<boolean> {
  try {
    await run.clock.sleep(Math.max(0, time - run.clock.now()), run.signal)
    return false
  } catch {
    return run.signal.aborted
  }
}

/** The stop signal, late: what is under way may end first. */
function draining(run: Run): AbortSignal {
  const late = new AbortController()
  const abortLate = async () => {
    await run.clock.sleep(DRAIN_MS, late.signal)
    late.abort(run.signal.reason)
  }
  run.signal.addEventListener('abort', () => void abortLate(), { once: true })
  return late.signal
}
