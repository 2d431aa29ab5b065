import type { KubeObject } from '../object.ts'
import type { ApiResource } from './discovery.ts'
import type { Change } from './informer.ts'

/** An object as the garbage collector knows it: what it is and whom it belongs to. */
export interface GraphNode {
  readonly resource: ApiResource
  readonly metadata: KubeObject['metadata']
}

/** Who owns whom, by uid. */
export interface OwnerGraph {
  get(uid: string): GraphNode | undefined
  dependentsOf(owner: GraphNode): GraphNode[]
  /** Takes in a change; gives back the uids of all objects whose fate it may decide. */
  record(resource: ApiResource, object: KubeObject, change: Change): string[]
}

export function createOwnerGraph(): OwnerGraph {
  const nodes = new Map<string, GraphNode>()
  const dependents = new Map<string, Set<string>>()
  const unlink = (uid: string) => {
    for (const owner of ownersOf(nodes.get(uid))) {
      dependents.get(owner)?.delete(uid)
      if (dependents.get(owner)?.size === 0) dependents.delete(owner)
    }
  }
  const link = (uid: string, node: GraphNode) => {
    for (const owner of ownersOf(node)) {
      const set = dependents.get(owner) ?? new Set()
      dependents.set(owner, set.add(uid))
    }
  }
  return {
    get: (uid) => nodes.get(uid),
    dependentsOf: ({ metadata }) =>
      [...(dependents.get(metadata.uid ?? '') ?? [])].flatMap((uid) => nodes.get(uid) ?? []),
    record: (resource, { metadata }, change) => {
      const uid = metadata.uid ?? ''
      const before = ownersOf(nodes.get(uid))
      unlink(uid)
      if (change === 'deleted') {
        nodes.delete(uid)
        return [...before, ...(dependents.get(uid) ?? [])]
      }
      const node = { resource, metadata: slim(metadata) }
      nodes.set(uid, node)
      link(uid, node)
      const isGoing = metadata.deletionTimestamp !== undefined
      return isGoing ? [uid, ...before, ...ownersOf(node), ...(dependents.get(uid) ?? [])] : [uid]
    },
  }
}

function ownersOf(node: GraphNode | undefined): string[] {
  return (node?.metadata.ownerReferences ?? []).map(({ uid }) => uid)
}

/** Labels, annotations and managed fields are most of an object's metadata and nothing of its fate. */
function slim(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const { labels: _, annotations: __, managedFields: ___, ...rest } = metadata
  return rest
}
