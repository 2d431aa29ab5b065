import { basename } from 'node:path'
import { membersOf } from '../../deployer/core/inventory.ts'
import type { KubeObject } from '../../deployer/core/object.ts'
import { objectSet, PART_OF_LABEL } from '../../deployer/core/ownership.ts'
import { isApiError } from '../../local/kubernetes/client.ts'
import type { TestCluster, TestEnvironment } from '../deployer/cluster.ts'

/** What the cluster holds of one environment: `kind/name`, and the UID of each. */
export interface Held {
  readonly labelled: ReadonlyMap<string, string>
  /** As the inventory names them; empty without an inventory. */
  readonly inventory: ReadonlyMap<string, string>
}

const COLLECTIONS = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: '/api/v1/serviceaccounts',
  ConfigMap: '/api/v1/configmaps',
  NetworkPolicy: '/apis/networking.k8s.io/v1/networkpolicies',
  Pod: '/api/v1/pods',
} as const

/** Looks through all namespaces, so that an object in a wrong place is seen as well. */
export async function heldBy(cluster: TestCluster, environment: TestEnvironment): Promise<Held> {
  const set = objectSet(basename(environment.file, '.yaml'), environment.namespace)
  const labelled: [string, string][] = []
  for (const [kind, path] of Object.entries(COLLECTIONS)) {
    const { items } = await cluster.client.list(path, {
      labelSelector: `${PART_OF_LABEL}=${set.id}`,
    })
    labelled.push(
      ...items.map(({ metadata }): [string, string] => [
        `${kind}/${metadata.name}`,
        metadata.uid ?? '',
      ]),
    )
  }
  const path = `/api/v1/namespaces/${environment.namespace}/configmaps/${set.inventory}`
  const inventory = await cluster.client.get(path).catch((error: unknown) => {
    if (isApiError(error, 404)) return undefined
    throw error
  })
  const members = membersOf(inventory as KubeObject | undefined).map(
    ({ kind, name, uid }): [string, string] => [`${kind}/${name}`, uid ?? ''],
  )
  return { labelled: sorted(labelled), inventory: sorted(members) }
}

function sorted(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
