import { isFailure } from '../core/errors.ts'
import { mapAfter } from '../core/map-after.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { SETTLED } from '../core/plan.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import { missing, referencesOf } from '../core/references.ts'
import type { Api } from './api.ts'

/**
 * What the pods of a plan will miss when they start, which no dry run tells: a ConfigMap, Secret, service account or
 * claim that is neither asked for nor there, or has no such key. A program of the cluster may still make it in time
 * (a certificate, an external secret), so that it is worth a warning and no more.
 *
 * One GET per name that the plan does not hold, and only for objects that change; what one may not read is passed over.
 *
 * @returns `Deployment/ns/web: its pods need Secret "x", which …`
 */
export async function missingReferences(api: Api, plan: Plan): Promise<readonly string[]> {
  const known = new Map<string, Promise<Found>>(
    plan.entries.map((entry) => [identityOf(entry.ref), Promise.resolve(afterwards(entry))]),
  )
  const find = (ref: ObjectRef) => {
    const identity = identityOf(ref)
    const found = known.get(identity) ?? api.get(ref).catch(unlessUnreadable)
    known.set(identity, found)
    return found
  }
  const all = await Promise.all(
    plan.entries
      .filter(({ action }) => !SETTLED.includes(action))
      .flatMap(({ desired }) => (desired ? [desired] : []))
      .map((object) => missingOf(object, find)),
  )
  return all.flat()
}

/** Of an object that a pod needs: as it will be, or that it will not be there, or may not be read. */
type Found = KubeObject | 'removed' | 'unknown' | undefined

/** An object as the deploy leaves it, with the keys that others put beside ours. */
function afterwards(entry: PlanEntry): Found {
  const { action, desired, live } = entry
  if (action === 'prune') return 'removed'
  return desired ? { ...desired, data: mapAfter(entry, 'data') } : live
}

async function missingOf(
  object: KubeObject,
  find: (ref: ObjectRef) => Promise<Found>,
): Promise<readonly string[]> {
  const { namespace } = object.metadata
  if (namespace === undefined) return []
  const texts = await Promise.all(
    referencesOf(object).map(async (reference) => {
      const { kind, name } = reference
      const found = await find({ apiVersion: 'v1', kind, name, namespace })
      return found === 'unknown' ? undefined : missing(reference, found)
    }),
  )
  const subject = subjectOf(objectRef(object))
  return [...new Set(texts)].flatMap((text) =>
    text === undefined ? [] : [`${subject}: its pods need ${text}`],
  )
}

function unlessUnreadable(error: unknown): 'unknown' {
  if (isFailure(error, 'ERR_FORBIDDEN')) return 'unknown'
  throw error
}
