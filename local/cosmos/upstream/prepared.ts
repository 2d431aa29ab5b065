import type { CosmosAccount } from '../account.ts'
import { makeDeclared } from './declared.ts'
import type { Upstream } from './declared.ts'
import { PROBE_DATABASE } from './probe.ts'

/** What is declared, made in the emulator once, and again when it may be gone. */
export interface Prepared {
  /** Returns at once when all is there; requests that arrive together wait for one preparation. */
  ready(): Promise<void>
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
    current = started
    return started.done
  }
  return {
    ready: async () => {
      const { databases } = account()
      await (current?.databases === databases ? current.done : prepare(databases))
    },
    forget: () => {
      current = undefined
    },
  }
}
