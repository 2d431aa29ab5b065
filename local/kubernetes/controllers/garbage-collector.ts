import { isApiError } from '../client.ts'
import type { KubeObject, OwnerReference } from '../object.ts'
import type { Collectable } from './collectable.ts'
import { followCollectable } from './collectable.ts'
import { objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import type { ApiResource } from './discovery.ts'
import { createOwnerGraph } from './owner-graph.ts'
import type { GraphNode, OwnerGraph } from './owner-graph.ts'

const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'

/** What the garbage collector works with. */
interface Collector {
  readonly cluster: Cluster
  readonly graph: OwnerGraph
  /** Set once everything is seen. */
  resources: Collectable | undefined
}

/**
 * Deletes objects whose owners are gone, and finishes deletions that wait for dependents (`foregroundDeletion`) or
 * set them free (`orphan`).
 *
 * @returns Once every object is seen; nothing is judged before, as an owner may only not have been listed yet.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/garbagecollector/garbagecollector.go
 */
export async function startGarbageCollector(cluster: Cluster): Promise<void> {
  const collector: Collector = { cluster, graph: createOwnerGraph(), resources: undefined }
  const { graph } = collector
  const { promise: ready, resolve: begin } = Promise.withResolvers<void>()
  const queue = cluster.queue(async (uid) => {
    await ready
    const node = graph.get(uid)
    if (node !== undefined) await collect(collector, node)
  })
  collector.resources = await followCollectable(cluster, (resource) => (object, change) => {
    for (const uid of graph.record(resource, object, change)) queue.add(uid)
  })
  begin()
}

async function collect(collector: Collector, node: GraphNode): Promise<void> {
  const finalizers = node.metadata.finalizers ?? []
  if (node.metadata.deletionTimestamp !== undefined) {
    if (finalizers.includes(ORPHAN)) return orphanDependents(collector, node)
    if (finalizers.includes(FOREGROUND)) return deleteDependents(collector, node)
    return
  }
  if ((node.metadata.ownerReferences ?? []).length > 0) await collectDependent(collector, node)
}

/** An object lives on while one of its owners does. */
async function collectDependent(collector: Collector, node: GraphNode): Promise<void> {
  const references = node.metadata.ownerReferences ?? []
  const states = await Promise.all(references.map((owner) => ownerState(collector, node, owner)))
  if (states.includes('solid')) {
    const solid = references.filter((_, index) => states[index] === 'solid')
    return solid.length === references.length ? undefined : keepOwners(collector, node, solid)
  }
  const finalizers = node.metadata.finalizers ?? []
  const isAwaited = states.includes('waiting')
  const hasDependents = collector.graph.dependentsOf(node).length > 0
  const inForeground = (isAwaited && hasDependents) || finalizers.includes(FOREGROUND)
  const policy = inForeground ? 'Foreground' : finalizers.includes(ORPHAN) ? 'Orphan' : 'Background'
  await deleteNode(collector, node, policy)
}

/** `waiting`: the owner is being deleted in the foreground and wants us gone first. */
async function ownerState(
  { cluster, graph, resources }: Collector,
  node: GraphNode,
  owner: OwnerReference,
): Promise<'solid' | 'absent' | 'waiting'> {
  const group = owner.apiVersion.includes('/') ? owner.apiVersion.split('/')[0] : ''
  const resource = resources?.list().find((r) => r.kind === owner.kind && r.group === group)
  // An owner of a kind nobody serves cannot be judged, so its dependents stay; nor can one in a namespace, which an
  // object that is in none cannot name.
  if (resource === undefined || (resource.namespaced && !node.metadata.namespace)) return 'solid'
  const known = graph.get(owner.uid)
  // Of the same uid, but elsewhere than the reference says: only the object at that place would be an owner.
  if (known !== undefined && isAtPlace(known, { owner, resource, dependent: node }))
    return isWaiting(known.metadata) ? 'waiting' : 'solid'
  const namespace = resource.namespaced ? (node.metadata.namespace ?? '') : ''
  const { apiVersion, kind, name } = owner
  const path = objectPath(resource.path, { apiVersion, kind, metadata: { name, namespace } })
  try {
    const live = await cluster.client.get(path)
    if (live.metadata.uid !== owner.uid) return 'absent'
    return isWaiting(live.metadata) ? 'waiting' : 'solid'
  } catch (error) {
    if (isApiError(error, 404)) return 'absent'
    throw error
  }
}

function isAtPlace(
  known: GraphNode,
  place: {
    readonly owner: OwnerReference
    readonly resource: ApiResource
    readonly dependent: GraphNode
  },
): boolean {
  const { owner, resource, dependent } = place
  return (
    known.resource.kind === resource.kind &&
    known.resource.group === resource.group &&
    known.metadata.name === owner.name &&
    (!resource.namespaced || known.metadata.namespace === dependent.metadata.namespace)
  )
}

function isWaiting({ deletionTimestamp, finalizers = [] }: KubeObject['metadata']): boolean {
  return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND)
}

/** Foreground: the owner goes when no dependent that blocks it is left; each dependent is told in its turn. */
async function deleteDependents(collector: Collector, owner: GraphNode): Promise<void> {
  const blocking = collector.graph
    .dependentsOf(owner)
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
      ),
    )
  if (blocking.length === 0) return removeFinalizer(collector, owner, FOREGROUND)
  const waiting = blocking.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  for (const dependent of waiting) await collectDependent(collector, dependent)
}

async function orphanDependents(collector: Collector, owner: GraphNode): Promise<void> {
  for (const dependent of collector.graph.dependentsOf(owner)) {
    const others = (dependent.metadata.ownerReferences ?? []).filter(
      ({ uid }) => uid !== owner.metadata.uid,
    )
    await keepOwners(collector, dependent, others)
  }
  await removeFinalizer(collector, owner, ORPHAN)
}

async function keepOwners(
  { cluster }: Collector,
  { resource, metadata }: GraphNode,
  ownerReferences: readonly OwnerReference[],
): Promise<void> {
  const { uid, resourceVersion } = metadata
  const body = { metadata: { uid, resourceVersion, ownerReferences } }
  const path = pathOf(resource, metadata)
  await cluster.client.patch(path, 'application/merge-patch+json', body).catch(ignoreMissing)
}

async function removeFinalizer(
  { cluster }: Collector,
  { resource, metadata }: GraphNode,
  finalizer: string,
): Promise<void> {
  const path = pathOf(resource, metadata)
  try {
    const live = await cluster.client.get(path)
    if (live.metadata.uid !== metadata.uid) return
    const finalizers = (live.metadata.finalizers ?? []).filter((name) => name !== finalizer)
    const { resourceVersion } = live.metadata
    const body = { metadata: { resourceVersion, finalizers } }
    await cluster.client.patch(path, 'application/merge-patch+json', body)
  } catch (error) {
    ignoreMissing(error)
  }
}

async function deleteNode(
  { cluster }: Collector,
  { resource, metadata }: GraphNode,
  propagationPolicy: string,
): Promise<void> {
  const options = { propagationPolicy, preconditions: { uid: metadata.uid } }
  try {
    await cluster.client.delete(pathOf(resource, metadata), options)
  } catch (error) {
    // A namesake with another uid is not ours to delete.
    if (!isApiError(error, 409)) ignoreMissing(error)
  }
}

function pathOf({ path, apiVersion, kind }: ApiResource, metadata: KubeObject['metadata']): string {
  return objectPath(path, { apiVersion, kind, metadata })
}

function ignoreMissing(error: unknown): void {
  if (!isApiError(error, 404)) throw error
}
