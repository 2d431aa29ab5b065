import type { KubernetesClient } from '../client.ts'
import { listAt } from '../object.ts'

/** One kind of object the server can list and delete. */
export interface ApiResource {
  /** Plural. */
  readonly name: string
  readonly kind: string
  /** Empty for the core group. */
  readonly group: string
  readonly apiVersion: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  /** Path of the collection over all namespaces. */
  readonly path: string
}

/** Every resource in the version the server prefers; subresources are left out. */
export async function discoverResources(client: KubernetesClient): Promise<ApiResource[]> {
  const groups = listAt(await client.get('/apis'), 'groups') as readonly {
    preferredVersion: { groupVersion: string }
  }[]
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]
  return (await Promise.all(versions.map((version) => resourcesOf(client, version)))).flat()
}

async function resourcesOf(client: KubernetesClient, apiVersion: string): Promise<ApiResource[]> {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  const listed = listAt(await client.get(root), 'resources') as readonly {
    name: string
    kind: string
    namespaced: boolean
    verbs: string[]
  }[]
  return listed
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({
      name,
      kind,
      group,
      apiVersion,
      namespaced,
      verbs,
      path: `${root}/${name}`,
    }))
}
