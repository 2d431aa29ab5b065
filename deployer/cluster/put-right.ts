import { isOnlyImmutability } from '../core/conflicts.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { isReplaceable } from '../core/replaceable.ts'
import type { Rival } from '../core/rivals.ts'
import type { Api, Outcome, Refused } from './api.ts'
import { apiError } from './api-error.ts'
import { applyOver, tryWithoutRivals } from './apply-over.ts'

/** What an edited object became. */
export interface PutRight {
  /** Undefined if it was deleted instead. */
  readonly after?: KubeObject
  /** What could not stand beside ours. */
  readonly takenOut: readonly Rival[]
}

/** How often an object may change under our hands. */
const MAX_ROUNDS = 5

/**
 * Applies, whoever owns what; takes out what cannot stand beside ours, just as a deploy does; and removes an object that
 * cannot be made right in place: its end is seen by the watch, and it is created again.
 *
 * @throws {DeployError} the API server's refusal.
 */
export async function putRight(api: Api, desired: KubeObject, live: KubeObject): Promise<PutRight> {
  const result = await api.apply(desired, { force: true })
  if (result.done) return { after: result.object, takenOut: [] }
  if (result.status === 422 && isOnlyImmutability(result.body) && isReplaceable(live)) {
    await api.remove(objectRef(live), live.metadata.uid ?? '')
    return { takenOut: [] }
  }
  const { takenOut, outcome } = await takeOut(api, desired, result)
  if (outcome.done) return { after: outcome.object, takenOut }
  const subject = subjectOf(objectRef(desired))
  throw apiError(outcome.status, outcome.body, { subject, verb: 'put back', live })
}

/** Tries on the object as it is now: a controller may have written its status since it was seen. */
async function takeOut(
  api: Api,
  desired: KubeObject,
  refused: Refused,
): Promise<{ readonly takenOut: readonly Rival[]; readonly outcome: Outcome }> {
  for (let round = 1; ; round += 1) {
    const now = await api.get(objectRef(desired))
    const found = now && (await tryWithoutRivals(api, desired, now, refused))
    if (!found) return { takenOut: [], outcome: refused }
    const { rivals } = found
    const outcome = await applyOver(api, desired, now, { rivals, force: true })
    const isOutdated = !outcome.done && outcome.status === 409
    if (!isOutdated || round === MAX_ROUNDS) return { takenOut: rivals, outcome }
  }
}
