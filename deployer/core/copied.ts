import { ownedFields } from './managed-fields.ts'
import { identityOf, objectRef } from './object.ts'
import type { KubeObject, ObjectRef } from './object.ts'

/**
 * Whether an object that carries a set's label was never deployed with it: the inventory, which is written before the
 * first object is, does not name it, and we own none of its fields. `kubectl get -o yaml | … | kubectl create` copies
 * the label as well, and whoever made the copy wants to keep it.
 *
 * @param members As the inventory names them; none where it was lost.
 */
export function isCopied(object: KubeObject, members: readonly ObjectRef[]): boolean {
  const identity = identityOf(objectRef(object))
  return (
    ownedFields(object) === undefined && !members.some((member) => identityOf(member) === identity)
  )
}

/** Why it stays. */
export const COPIED =
  "carries this set's label, but is not in its inventory: copied by hand? It stays"
