import { isApiError } from '../client.ts'
import type { KubeObject } from '../object.ts'
import { objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import { controllerOf, controllerReference, isControlledBy } from './owners.ts'
import { matchesSelector } from './selectors.ts'
import type { LabelSelector } from './selectors.ts'

/**
 * The dependents of `owner` among `candidates`: its own that match the selector. Its own that match no longer are
 * released; orphans that match are adopted, unless the owner is being deleted.
 *
 * @param collection Path of the candidates' collection.
 */
export async function claim(
  cluster: Cluster,
  collection: string,
  options: {
    readonly owner: KubeObject
    readonly selector: LabelSelector
    readonly candidates: readonly KubeObject[]
  },
): Promise<KubeObject[]> {
  const { owner, selector, candidates } = options
  const claimed: KubeObject[] = []
  for (const candidate of candidates) {
    const matches = matchesSelector(selector, candidate.metadata.labels)
    if (isControlledBy(candidate, owner)) {
      if (matches) claimed.push(candidate)
      else await release(cluster, collection, candidate, owner)
    } else if (matches && isAdoptable(candidate, owner)) {
      const adopted = await adopt(cluster, collection, candidate, owner)
      if (adopted !== undefined) claimed.push(adopted)
    }
  }
  return claimed
}

function isAdoptable(candidate: KubeObject, owner: KubeObject): boolean {
  return (
    controllerOf(candidate) === undefined &&
    candidate.metadata.deletionTimestamp === undefined &&
    owner.metadata.deletionTimestamp === undefined
  )
}

function adopt(
  cluster: Cluster,
  collection: string,
  candidate: KubeObject,
  owner: KubeObject,
): Promise<KubeObject | undefined> {
  const others = candidate.metadata.ownerReferences ?? []
  const ownerReferences = [...others, controllerReference(owner)]
  return patchOwners(cluster, collection, candidate, ownerReferences)
}

async function release(
  cluster: Cluster,
  collection: string,
  dependent: KubeObject,
  owner: KubeObject,
): Promise<void> {
  const others = (dependent.metadata.ownerReferences ?? []).filter(
    ({ uid }) => uid !== owner.metadata.uid,
  )
  await patchOwners(cluster, collection, dependent, others)
}

/** The uid guards against a namesake, the resourceVersion against another's change of the same list. */
async function patchOwners(
  cluster: Cluster,
  collection: string,
  object: KubeObject,
  ownerReferences: readonly object[],
): Promise<KubeObject | undefined> {
  const { uid, resourceVersion } = object.metadata
  const body = { metadata: { uid, resourceVersion, ownerReferences } }
  const path = objectPath(collection, object)
  try {
    const patched = await cluster.client.patch(path, 'application/merge-patch+json', body)
    return cluster.informer(collection).put(patched)
  } catch (error) {
    if (isApiError(error, 404)) return undefined
    throw error
  }
}
