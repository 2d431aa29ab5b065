import { explain } from './failure.ts'
import { leftMs } from './run.ts'
import type { Run } from './run.ts'
import { asError, look, LOOK_MS } from './target.ts'
import type { Target } from './target.ts'
import { silence } from './transport.ts'
import { WorkerError } from './worker-error.ts'

/** An SDK that is silent for so long is asked behind its back: can the host be reached at all? */
const SUSPICIOUS_AFTER_MS = 3000

/** What is found out about a host while an SDK is still waiting for it. */
export interface Suspicion {
  /** Rejects if the host cannot be reached and this will not pass; never resolves. */
  readonly proven: Promise<never>
  /** What to say if it is over now: what stood in the way when it was last looked, else that nobody has answered. */
  readonly lastWord: () => WorkerError
}

/** Looks until the host is reached, because what stands in the way at first may be gone later, or be another thing. */
export function suspect(run: Run, target: Target, signal: AbortSignal): Suspicion {
  const startedAt = run.clock.now()
  let obstacle: WorkerError | undefined
  let isReached = false
  const search = async (): Promise<never> => {
    const everyMs = Math.min(SUSPICIOUS_AFTER_MS, leftMs(run) / 2)
    while (!isReached) {
      await run.clock.sleep(everyMs, signal)
      const finding = await look(target, signal, Math.min(LOOK_MS, leftMs(run) / 2))
      if (finding === undefined) break
      isReached = finding.kind !== 'obstacle'
      obstacle = isReached ? undefined : explain(asError(finding), target)
      // Slowness proves nothing while there is time left.
      if (obstacle && obstacle.verdict.retry === undefined) throw obstacle
    }
    return new Promise<never>(() => {})
  }
  const lastWord = () => obstacle ?? unanswered(target, run.clock.now() - startedAt, isReached)
  return { proven: search(), lastWord }
}

function unanswered({ service, where }: Target, waitedMs: number, isReached: boolean): WorkerError {
  const verdict = silence(service, waitedMs)
  // That the connection stands is worth more than what was found out before; `walk` weighs it so.
  return new WorkerError(isReached ? { ...verdict, retry: 'starting' } : verdict, {
    details: [['asked', where]],
  })
}
