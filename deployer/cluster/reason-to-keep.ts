import { isClusterNamespace } from '../core/cluster-namespaces.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { isDefinition } from '../core/prerequisites.ts'
import type { Api } from './api.ts'
import { foreignMembers } from './foreign.ts'
import { foreignResources } from './foreign-resources.ts'

/**
 * Why an object of the set must not be deleted: it says so itself, or what is of others would go with it, from a
 * namespace or of a definition.
 *
 * @param uids Of the objects of the set, those included that have just been deleted.
 * @returns undefined if it may go, or goes already.
 */
export async function reasonToKeep(
  api: Api,
  object: KubeObject,
  set: ObjectSet,
  uids: ReadonlySet<string>,
): Promise<string | undefined> {
  if (object.metadata.deletionTimestamp !== undefined) return undefined
  if (isClusterNamespace(object)) return 'it belongs to the cluster itself'
  if (object.metadata.annotations?.[POLICY] === 'keep') return `its ${POLICY} is keep`
  if (object.kind === 'Namespace') {
    return holding(await foreignMembers(api, object.metadata.name, set, uids))
  }
  if (!isDefinition(object)) return undefined
  const found = await foreignResources(api, object, set, uids)
  return 'unseen' in found ? `it may hold some of others: ${found.unseen}` : holding(found.subjects)
}

/**
 * Charts ask for it on what holds data: claims, and definitions with all their resources.
 *
 * @see https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource
 */
const POLICY = 'helm.sh/resource-policy'

function holding(foreign: readonly string[]): string | undefined {
  if (foreign.length === 0) return undefined
  const shown = foreign.slice(0, 3).join(', ')
  return `it holds ${foreign.length} of others: ${shown}${foreign.length > 3 ? ', …' : ''}`
}
