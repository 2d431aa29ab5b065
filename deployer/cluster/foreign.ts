import { isCopied } from '../core/copied.ts'
import { isFailure } from '../core/errors.ts'
import { isInventory } from '../core/inventory.ts'
import { isSameKind } from '../core/kinds.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { listAt, objectRef, subjectOf, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { PART_OF_LABEL, SET_ID_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import { REFUSED } from './discovery.ts'

/** Kubernetes itself writes and renews them; nobody would miss them. */
const TRACES = ['Event', 'Lease', 'Endpoints', 'EndpointSlice']

/**
 * What a namespace holds that is not of this set: deleting the namespace would delete it too. What Kubernetes itself
 * puts into every namespace does not count, nor what is on its way out or goes with an owner. A kind that cannot be listed
 * counts, and an API that does not tell its kinds: nobody knows what there is of it.
 */
export async function foreignMembers(
  api: Api,
  namespace: string,
  set: ObjectSet,
  uids: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { kinds, silent } = await api.servedKinds()
  const counts = (object: KubeObject) =>
    isForeign(object, set) &&
    !listAt(object.metadata, 'ownerReferences').some(
      (owner) => uids.has(textAt(owner, 'uid') ?? '') || isNamespaced(owner, kinds),
    )
  const lists = await Promise.all(
    kinds.filter(isOfValue).map((kind) => foreignOfKind(api, kind, namespace, counts)),
  )
  return [...silent.map((version) => `${version} (does not tell its kinds)`), ...lists.flat()]
}

/** Such an owner is in the same namespace, and looked at itself; one of the whole cluster stays, and wants what it owns. */
function isNamespaced(owner: unknown, kinds: readonly ResourceKind[]): boolean {
  const kind = { apiVersion: textAt(owner, 'apiVersion') ?? '', kind: textAt(owner, 'kind') ?? '' }
  return kinds.some((one) => one.namespaced && isSameKind(one, kind))
}

/** Whether objects of a kind are in namespaces, and somebody would miss them. */
export function isOfValue({ namespaced, kind }: ResourceKind): boolean {
  return namespaced && !TRACES.includes(kind)
}

async function foreignOfKind(
  api: Api,
  kind: ResourceKind,
  namespace: string,
  counts: (object: KubeObject) => boolean,
): Promise<readonly string[]> {
  try {
    const { items } = await api.list(kind, { namespace })
    return items.filter(counts).map((object) => subjectOf(objectRef(object)))
  } catch (error) {
    if (isFailure(error, 'ERR_NOT_FOUND')) return []
    if (!isFailure(error, ...REFUSED)) throw error
    const why = error.code === 'ERR_FORBIDDEN' ? 'may not be listed' : 'cannot be listed'
    return [`${kind.resource} (${why})`]
  }
}

function isForeign(object: KubeObject, set: ObjectSet): boolean {
  const { name, labels, deletionTimestamp } = object.metadata
  if (deletionTimestamp !== undefined) return false
  if (labels?.[PART_OF_LABEL] === set.id && !isCopied(object, [])) return false
  if (isInventory(object) && labels?.[SET_ID_LABEL] === set.id) return false
  if (object.kind === 'ConfigMap' && name === 'kube-root-ca.crt') return false
  return !(object.kind === 'ServiceAccount' && name === 'default')
}
