import { isCopied } from '../core/copied.ts'
import { isFailure } from '../core/errors.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { at, listAt, objectRef, subjectOf, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { kindsDefinedBy } from '../core/prerequisites.ts'
import type { Api } from './api.ts'

/** Resources that are not of the set, or why nobody can tell. */
export type ForeignResources =
  | { readonly subjects: readonly string[] }
  | { readonly unseen: string }

/**
 * The custom resources of a definition, in all namespaces, that are not of this set: deleting the definition would delete
 * them too. What is on its way out does not count, nor what a controller made for an object of ours.
 *
 * @param uids Of the objects of the set, those included that have just been deleted.
 */
export async function foreignResources(
  api: Api,
  definition: KubeObject,
  set: ObjectSet,
  uids: ReadonlySet<string>,
): Promise<ForeignResources> {
  const kinds = servedKinds(definition)
  const plural = textAt(definition, 'spec', 'names', 'plural') ?? 'resources'
  if (kinds.length === 0) return { unseen: `no version of its ${plural} is served` }
  for (const kind of kinds) {
    try {
      const { items } = await api.list(kind, {})
      const foreign = items.filter((item) => isForeign(item, set, uids))
      return { subjects: foreign.map((item) => subjectOf(objectRef(item))) }
    } catch (error) {
      if (isFailure(error, 'ERR_FORBIDDEN')) return { unseen: `its ${plural} may not be listed` }
      if (isFailure(error, 'ERR_API')) return { unseen: error.message }
      // a version that is served only since a moment ago, or none, for nobody had established the definition
      if (!isFailure(error, 'ERR_NOT_FOUND')) throw error
    }
  }
  return { subjects: [] }
}

/** The stored version first: it needs no conversion, whose webhook may be gone. They all have the same objects. */
function servedKinds(definition: KubeObject): readonly ResourceKind[] {
  const stored = listAt(definition, 'spec', 'versions').find((one) => at(one, 'storage') === true)
  const isStored = ({ apiVersion }: ResourceKind) =>
    apiVersion.endsWith(`/${textAt(stored, 'name')}`)
  const kinds = kindsDefinedBy([definition])
  return [...kinds.filter(isStored), ...kinds.filter((kind) => !isStored(kind))]
}

function isForeign(item: KubeObject, set: ObjectSet, uids: ReadonlySet<string>): boolean {
  const { metadata } = item
  if (metadata.deletionTimestamp !== undefined || uids.has(metadata.uid ?? '')) return false
  if (metadata.labels?.[PART_OF_LABEL] === set.id && !isCopied(item, [])) return false
  return !listAt(metadata, 'ownerReferences').some((owner) => uids.has(textAt(owner, 'uid') ?? ''))
}
