import type { KubeObject } from '../object.ts'
import { sameJson } from '../schema/same.ts'

/**
 * Gives back the live object's managedFields when their times are all that differs, so that a write that changes nothing
 * is not stored. Call it again on what will be stored, when defaults or admission came after the tracking.
 *
 * @see https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/fieldmanager/equality.go
 */
export function keepTimes(live: KubeObject | undefined, fresh: KubeObject): KubeObject {
  const managedFields = live?.metadata.managedFields
  if (live === undefined || managedFields === undefined) return fresh
  if (!sameJson(timeless(live), timeless(fresh))) return fresh
  return { ...fresh, metadata: { ...fresh.metadata, managedFields } }
}

function timeless(object: KubeObject): KubeObject {
  const managedFields = (object.metadata.managedFields ?? []).map((entry) => {
    const { time: _, ...rest } = entry
    return rest
  })
  return { ...object, metadata: { ...object.metadata, managedFields } }
}
