/** Keys waiting for their turn; a key is never worked on twice at once. */
export interface Queue {
  add(key: string): void
  /** Adds the key later; an earlier addition stays. */
  addAfter(key: string, delayMs: number): void
}

/** Brings the world one step nearer to what the object `key` asks for. */
export type Reconcile = (key: string) => Promise<void>

const FIRST_RETRY_MS = 20
const LONGEST_RETRY_MS = 10_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Runs `reconcile` for each added key. A key that fails comes again after 20 ms, doubling to 10 s;
 * one that is added while it runs, runs once more.
 *
 * @param options.onError Hears each failure.
 */
export function createQueue(
  reconcile: Reconcile,
  options: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Queue {
  const { signal, onError } = options
  const waiting = new Set<string>()
  const running = new Set<string>()
  const again = new Set<string>()
  const failures = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()
  signal.addEventListener('abort', () => timers.forEach(clearTimeout), { once: true })

  const addAfter = (key: string, delayMs: number) => {
    if (signal.aborted) return
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        add(key)
      },
      Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS),
    )
    timers.add(timer)
  }
  const run = async (key: string) => {
    waiting.delete(key)
    if (signal.aborted) return
    running.add(key)
    try {
      await reconcile(key)
      failures.delete(key)
    } catch (error) {
      if (signal.aborted) return
      onError(error)
      const failed = failures.get(key) ?? 0
      failures.set(key, failed + 1)
      addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** failed, LONGEST_RETRY_MS))
    } finally {
      running.delete(key)
      if (again.delete(key)) add(key)
    }
  }
  const add = (key: string) => {
    if (signal.aborted || waiting.has(key)) return
    if (running.has(key)) {
      again.add(key)
      return
    }
    waiting.add(key)
    // In a later turn of the loop, so that a burst of changes is worked on once.
    setImmediate(() => void run(key))
  }
  return { add, addAfter }
}
