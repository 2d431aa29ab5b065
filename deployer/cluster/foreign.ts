import { isCopied } from '../core/copied.ts'
import { isFailure } from '../core/errors.ts'
import { isInventory } from '../core/inventory.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { PART_OF_LABEL, SET_ID_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import { REFUSED } from './discovery.ts'

/** Kubernetes itself writes and renews them; nobody would miss them. */
const TRACES = ['Event', 'Lease', 'Endpoints', 'EndpointSlice']

/**
 * What a namespace holds that is not of this set: deleting the namespace would delete it too. What Kubernetes itself
 * puts into every namespace does not count, nor what a controller made for an object of ours or is on its way out. A kind
 * that cannot be listed counts, and an API that does not tell its kinds: nobody knows what there is of it.
 */
export async function foreignMembers(
  api: Api,
  namespace: string,
  set: ObjectSet,
): Promise<readonly string[]> {
  const { kinds, silent } = await api.servedKinds()
  const lists = await Promise.all(
    kinds.filter(isOfValue).map((kind) => foreignOfKind(api, kind, namespace, set)),
  )
  return [...silent.map((version) => `${version} (does not tell its kinds)`), ...lists.flat()]
}

/** Whether objects of a kind are in namespaces, and somebody would miss them. */
export function isOfValue({ namespaced, kind }: ResourceKind): boolean {
  return namespaced && !TRACES.includes(kind)
}

async function foreignOfKind(
  api: Api,
  kind: ResourceKind,
  namespace: string,
  set: ObjectSet,
): Promise<readonly string[]> {
  try {
    const { items } = await api.list(kind, { namespace })
    return items
      .filter((object) => isForeign(object, set))
      .map((object) => subjectOf(objectRef(object)))
  } catch (error) {
    if (isFailure(error, 'ERR_NOT_FOUND')) return []
    if (!isFailure(error, ...REFUSED)) throw error
    const why = error.code === 'ERR_FORBIDDEN' ? 'may not be listed' : 'cannot be listed'
    return [`${kind.resource} (${why})`]
  }
}

function isForeign(object: KubeObject, set: ObjectSet): boolean {
  const { name, labels, deletionTimestamp, ownerReferences } = object.metadata
  if (deletionTimestamp !== undefined) return false
  if (labels?.[PART_OF_LABEL] === set.id && !isCopied(object, [])) return false
  if (isInventory(object) && labels?.[SET_ID_LABEL] === set.id) return false
  if (object.kind === 'ConfigMap' && name === 'kube-root-ca.crt') return false
  if (object.kind === 'ServiceAccount' && name === 'default') return false
  return !(Array.isArray(ownerReferences) && ownerReferences.length > 0)
}
