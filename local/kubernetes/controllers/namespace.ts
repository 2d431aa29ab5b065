import { isApiError } from '../client.ts'
import { listAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { conditionsOf } from './conditions.ts'
import { PATHS, inNamespace, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import { discoverResources } from './discovery.ts'
import type { ApiResource } from './discovery.ts'
import { namespaceConditions } from './namespace-conditions.ts'
import type { Remains } from './namespace-conditions.ts'
import { errorText } from './pod-control.ts'

const FINALIZER = 'kubernetes'
const RECHECK_MS = 1000

/**
 * Empties namespaces that are being deleted, then lets them go. What is left, and which finalizers hold it, is
 * told in the namespace's conditions.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/namespace/deletion/namespaced_resources_deleter.go
 */
export function startNamespaceController(cluster: Cluster): void {
  const namespaces = cluster.informer(PATHS.namespaces)
  const queue = cluster.queue(async (name) => {
    const namespace = namespaces.get(name)
    if (namespace?.metadata.deletionTimestamp === undefined || !hasFinalizer(namespace)) return
    const remains = await empty(cluster, name)
    await writeConditions(cluster, namespace, remains)
    if (remains.countByResource.size > 0 || remains.errors.length > 0)
      queue.addAfter(name, RECHECK_MS)
    else await finalize(cluster, name)
  })
  namespaces.onChange(({ metadata }) => queue.add(metadata.name ?? ''))
  cluster.informer(PATHS.pods).onChange(({ metadata }, change) => {
    // Pods are what a namespace waits for longest.
    if (change === 'deleted') queue.add(metadata.namespace ?? '')
  })
}

function hasFinalizer(namespace: KubeObject): boolean {
  return listAt(namespace, 'spec', 'finalizers').includes(FINALIZER)
}

/** Deletes everything in the namespace and looks at what is still there. */
async function empty(cluster: Cluster, namespace: string): Promise<Remains> {
  const resources = (await discoverResources(cluster.client)).filter(
    ({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'),
  )
  const remains: Remains = { countByResource: new Map(), countByFinalizer: new Map(), errors: [] }
  for (const resource of resources) {
    try {
      for (const object of await deleteAll(cluster, resource, namespace))
        note(remains, resource, object)
    } catch (error) {
      if (!isApiError(error, 404) && !isApiError(error, 405)) remains.errors.push(errorText(error))
    }
  }
  return remains
}

/** @returns What is still there. */
async function deleteAll(
  cluster: Cluster,
  { path, apiVersion, kind }: ApiResource,
  namespace: string,
): Promise<readonly KubeObject[]> {
  const collection = inNamespace(path, namespace)
  const { items } = await cluster.client.list(collection)
  if (items.length === 0) return []
  await Promise.all(
    items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(async ({ metadata }) => {
        const own = { apiVersion, kind, metadata }
        await cluster.client
          .delete(objectPath(path, own), { propagationPolicy: 'Background' })
          .catch(ignoreMissing)
      }),
  )
  return (await cluster.client.list(collection)).items
}

function note(remains: Remains, { name, group }: ApiResource, object: KubeObject): void {
  raise(remains.countByResource, `${name}.${group}`)
  for (const finalizer of object.metadata.finalizers ?? [])
    raise(remains.countByFinalizer, finalizer)
}

function raise(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

async function writeConditions(
  cluster: Cluster,
  namespace: KubeObject,
  remains: Remains,
): Promise<void> {
  const before = conditionsOf(namespace)
  const conditions = namespaceConditions(before, remains, cluster.now())
  if (JSON.stringify(conditions) === JSON.stringify(before)) return
  const path = `${objectPath(PATHS.namespaces, namespace)}/status`
  const status = { phase: textAt(namespace, 'status', 'phase') ?? 'Terminating', conditions }
  const live = await cluster.client
    .patch(path, 'application/merge-patch+json', { status })
    .catch(ignoreMissing)
  if (live !== undefined) cluster.informer(PATHS.namespaces).put(live)
}

async function finalize(cluster: Cluster, name: string): Promise<void> {
  const path = `${PATHS.namespaces}/${name}`
  try {
    const live = await cluster.client.get(path)
    const finalizers = listAt(live, 'spec', 'finalizers').filter((value) => value !== FINALIZER)
    await cluster.client.update(`${path}/finalize`, { ...live, spec: { finalizers } })
  } catch (error) {
    ignoreMissing(error)
  }
}

function ignoreMissing(error: unknown): undefined {
  if (isApiError(error, 404) || isApiError(error, 409)) return undefined
  throw error
}
