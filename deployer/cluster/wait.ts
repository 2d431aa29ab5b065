import { isFailure } from '../core/errors.ts'
import type { DeployError } from '../core/errors.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { isWaitedFor } from '../core/readiness.ts'
import type { Cluster } from './connect.ts'
import { createJudge } from './wait-judge.ts'
import type { Judge, JudgeOptions, WaitResult } from './wait-judge.ts'
import { waitWatches } from './wait-watches.ts'
import type { WaitWatch } from './wait-watches.ts'
import { watchObjects } from './watch.ts'

export interface WaitOptions extends JudgeOptions {
  readonly set: ObjectSet
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** A kind that may not be watched: the wait goes on with what the objects themselves say. */
  readonly onBlind: (kind: string, error: DeployError) => void
}

/**
 * Waits, by watching, until every object is ready, one is hopeless, or the time is over.
 *
 * One watch per kind and namespace, and around workloads their ReplicaSets, pods and events. A failure with a grace
 * counts only if it is still there when the grace is over. Objects that are ready already cost no request.
 *
 * @param objects As applied; kinds that are ready at once are not looked at.
 * @returns The last state of each; the caller sees whether all are current.
 * @throws {DeployError} if the objects themselves may not be watched.
 */
export async function waitUntilReady(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: WaitOptions,
): Promise<WaitResult> {
  const roots = objects.filter(({ kind }) => isWaitedFor(kind))
  const judge = createJudge(roots, objects, options)
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([options.signal, judge.ended, timeout])
  try {
    judge.begin()
    const pending = roots.filter((root) => !judge.isCurrent(root))
    await Promise.all(
      waitWatches(pending, options.set).map((one) =>
        watchOne(cluster, one, judge, { signal, onBlind: options.onBlind }),
      ),
    )
  } finally {
    judge.close()
  }
  options.signal.throwIfAborted()
  return judge.result()
}

interface Watching {
  readonly signal: AbortSignal
  readonly onBlind: WaitOptions['onBlind']
}

async function watchOne(
  cluster: Cluster,
  watch: WaitWatch,
  judge: Judge,
  { signal, onBlind }: Watching,
): Promise<void> {
  try {
    const kind = await cluster.api.kindOf(watch.kind)
    if (signal.aborted) return
    for await (const event of watchObjects(cluster, kind, watch.options, signal)) {
      judge.take(event, watch)
    }
  } catch (error) {
    const isRefused = isFailure(error, 'ERR_FORBIDDEN')
    if (watch.isOwn || !isRefused) throw error
    onBlind(watch.kind.kind, error)
  }
}
