import { setTimeout as sleep } from 'node:timers/promises'
import { DeployError } from '../core/errors.ts'
import type { ResourceKind } from '../core/kinds.ts'
import type { ListOptions } from './api.ts'
import type { Cluster } from './connect.ts'
import { watchObjects } from './watch.ts'
import type { WatchEvent } from './watch.ts'

const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000

/**
 * Follows objects as `watchObjects` does, also through restarts of the API server: tries again, after pauses that
 * double up to five seconds, until `signal` ends it. After a break comes a new `listed`.
 *
 * @param onBreak Called at each failure, with its reason; undefined when the watch is back.
 * @throws {DeployError} only `ERR_FORBIDDEN` and what else a second try cannot change.
 */
export async function* steadyWatch(
  cluster: Cluster,
  kind: ResourceKind,
  options: ListOptions,
  {
    signal,
    onBreak,
  }: {
    readonly signal: AbortSignal
    readonly onBreak: (reason: string | undefined) => void
  },
): AsyncGenerator<WatchEvent> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      for await (const event of watchObjects(cluster, kind, options, signal)) {
        if (failures > 0 && event.type === 'listed') {
          onBreak(undefined)
          failures = 0
        }
        yield event
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof DeployError) || error.code === 'ERR_FORBIDDEN') throw error
      onBreak(error.message)
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, MAX_PAUSE_MS)
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}
