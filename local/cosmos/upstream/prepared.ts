import type { CosmosAccount } from '../account.ts'
import { makeDeclared } from './declared.ts'
import type { Upstream } from './declared.ts'
import { PROBE_DATABASE } from './probe.ts'

/** What is declared, made in the emulator once, and again when it may be gone. */
export interface Prepared {
  /**
   * Returns at once when all is there; requests that arrive together wait for one preparation.
   *
   * @param signal Ends this wait, and not what the others wait for; then its reason is thrown.
   */
  ready(signal: AbortSignal): Promise<void>
  /** The emulator may have been started again, without what was in it. */
  forget(): void
}

/** Follows the declared account: a container that appears is made, one that disappears stays, and is not seen. */
export function createPrepared(
  upstream: Upstream,
  account: () => CosmosAccount,
  signal: AbortSignal,
): Prepared {
  let current:
    | { readonly databases: CosmosAccount['databases']; readonly done: Promise<void> }
    | undefined
  const prepare = (databases: CosmosAccount['databases']) => {
    const started = {
      databases,
      done: makeDeclared(upstream, [...databases, PROBE_DATABASE], signal).catch(
        (error: unknown) => {
          // The next request tries again.
          if (current === started) current = undefined
          throw error
        },
      ),
    }
    // Whoever waits is told; if nobody waits any more, it is no unhandled rejection.
    started.done.catch(() => undefined)
    current = started
    return started.done
  }
  return {
    ready: async (waiting) => {
      waiting.throwIfAborted()
      const { databases } = account()
      const done = current?.databases === databases ? current.done : prepare(databases)
      await orAborted(done, waiting)
    },
    forget: () => {
      current = undefined
    },
  }
}

/** Stops waiting for `work` when the signal says so; the work itself may go on. */
function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
