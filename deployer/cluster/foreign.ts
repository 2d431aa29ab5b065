import { DeployError } from '../core/errors.ts'
import { isInventory } from '../core/inventory.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { PART_OF_LABEL, SET_ID_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'

/** Kinds whose objects somebody would miss; events, leases and the like go with their namespace. */
const KINDS_OF_VALUE: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['v1', 'Pod'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['v1', 'PersistentVolumeClaim'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
]

/**
 * What a namespace holds that is not of this set: deleting the namespace would delete it too. What Kubernetes itself
 * puts into every namespace does not count, nor what a controller made for an object of ours or is on its way out.
 */
export async function foreignMembers(
  api: Api,
  namespace: string,
  set: ObjectSet,
): Promise<readonly string[]> {
  const lists = await Promise.all(
    KINDS_OF_VALUE.map(([apiVersion, kind]) => membersOfKind(api, { apiVersion, kind }, namespace)),
  )
  return lists
    .flat()
    .filter((object) => isForeign(object, set))
    .map((object) => subjectOf(objectRef(object)))
}

/** A cluster need not serve every kind; what it does not serve, nobody has. */
async function membersOfKind(
  api: Api,
  type: { readonly apiVersion: string; readonly kind: string },
  namespace: string,
): Promise<readonly KubeObject[]> {
  try {
    return (await api.list(await api.kindOf(type), { namespace })).items
  } catch (error) {
    if (error instanceof DeployError && error.code === 'ERR_NOT_FOUND') return []
    throw error
  }
}

function isForeign(object: KubeObject, set: ObjectSet): boolean {
  const { name, labels, deletionTimestamp, ownerReferences } = object.metadata
  if (labels?.[PART_OF_LABEL] === set.id || deletionTimestamp !== undefined) return false
  if (isInventory(object) && labels?.[SET_ID_LABEL] === set.id) return false
  if (object.kind === 'ConfigMap' && name === 'kube-root-ca.crt') return false
  if (object.kind === 'ServiceAccount' && name === 'default') return false
  return !(Array.isArray(ownerReferences) && ownerReferences.length > 0)
}
