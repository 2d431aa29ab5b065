import { isFailure } from '../core/errors.ts'
import type { DeployError } from '../core/errors.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { readiness } from '../core/readiness.ts'
import type { Surroundings } from '../core/verdict.ts'
import type { Api } from './api.ts'
import { createSeen } from './surroundings.ts'
import { waitWatches } from './wait-watches.ts'

export interface LookAroundOptions {
  readonly set: ObjectSet
  /** A kind that may not be listed: what the objects themselves say must do. */
  readonly onBlind: (kind: string, error: DeployError) => void
}

/**
 * Reads once what a wait would watch around objects that are not ready: their ReplicaSets, pods and events. Where all are
 * ready it costs no request.
 *
 * @param objects As the API server returned them.
 */
export async function lookAround(
  api: Api,
  objects: readonly KubeObject[],
  { set, onBlind }: LookAroundOptions,
): Promise<Surroundings> {
  const seen = createSeen(objects)
  for (const object of objects) seen.put(object)
  const pending = objects.filter((one) => ['failed', 'in-progress'].includes(readiness(one).status))
  const around = waitWatches(pending, set).filter(({ isOwn }) => !isOwn)
  const lists = await Promise.all(
    around.map(async ({ kind, options }) => {
      try {
        return (await api.list(await api.kindOf(kind), options)).items
      } catch (error) {
        if (!isFailure(error, 'ERR_FORBIDDEN')) throw error
        onBlind(kind.kind, error)
        return []
      }
    }),
  )
  for (const object of lists.flat()) seen.put(object)
  return seen
}
