import type { ObjectMeta } from '../object.ts'
import { sameJson } from '../schema/same.ts'
import type { Call } from './call.ts'

/**
 * An owner that is named twice in the same words counts once, and the writer is warned; one of the same uid in other
 * words stays.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go
 */
export function dropRepeatedOwners({ verb, warnings }: Call, metadata: ObjectMeta): void {
  const owners = metadata.ownerReferences ?? []
  const isRepeated = owners.map(
    (owner, index) => owners.findIndex((other) => sameJson(other, owner)) < index,
  )
  if (!isRepeated.includes(true)) return
  metadata.ownerReferences = owners.filter((_, index) => !isRepeated[index])
  const uids = owners.filter((_, index) => isRepeated[index]).map(({ uid }) => uid)
  // A patch is looked at when its object is there, and that is after the mutating part of admission
  const when = verb === 'patch' ? ' after mutating admission happens' : ''
  warnings.push(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids.join(', ')}`,
  )
}
