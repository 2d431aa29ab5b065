import type { KubeObject } from '../object.ts'

/** One change; `object` of a deletion is the last state with the deletion's resourceVersion. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  /** `group/plural`, shared by all versions of a resource. */
  readonly collection: string
  readonly key: string
  readonly object: KubeObject
  readonly previous: KubeObject | undefined
}

export interface Place {
  readonly collection: string
  readonly namespace: string | undefined
  readonly name: string
}

/** The one memory of the API server: objects by place, one revision counter, and a bounded history. */
export interface Store {
  revision(): number
  /** Changes up to and including this revision are no longer known. */
  compacted(): number
  get(place: Place): KubeObject | undefined
  /** In key order, as etcd lists. */
  list(collection: string, namespace?: string): readonly KubeObject[]
  /** The collection as it was at `revision`, which must not be compacted. */
  listAt(collection: string, revision: number, namespace?: string): readonly KubeObject[]
  put(place: Place, object: KubeObject): KubeObject
  remove(place: Place, last: KubeObject): KubeObject
  changesSince(revision: number, collection: string): readonly Change[]
  /** Calls `listener` after each change until the returned function is called. */
  subscribe(collection: string, listener: (change: Change) => void): () => void
}

const DEFAULT_HISTORY = 4096

/**
 * Creates an empty store.
 *
 * @param options.history How many changes are remembered for watches and pages; older ones are answered with 410.
 */
export function createStore(options: { readonly history?: number } = {}): Store {
  const limit = options.history ?? DEFAULT_HISTORY
  const collections = new Map<string, Map<string, KubeObject>>()
  const listeners = new Map<string, Set<(change: Change) => void>>()
  let history: Change[] = []
  let revision = 1
  let compacted = 0

  const objects = (collection: string): Map<string, KubeObject> => {
    const known = collections.get(collection)
    if (known !== undefined) return known
    const created = new Map<string, KubeObject>()
    collections.set(collection, created)
    return created
  }

  const record = (change: Change): void => {
    history.push(change)
    if (history.length > limit * 2) {
      compacted = history[history.length - limit - 1]?.revision ?? compacted
      history = history.slice(-limit)
    }
    for (const listener of listeners.get(change.collection) ?? []) listener(change)
  }

  const list = (collection: string, namespace?: string): readonly KubeObject[] =>
    sorted(objects(collection), namespace)

  return {
    revision: () => revision,
    compacted: () => compacted,
    get: (place) => objects(place.collection).get(keyOf(place)),
    list,
    listAt: (collection, at, namespace) => {
      const past = new Map(objects(collection))
      for (const change of history.toReversed()) {
        if (change.revision <= at) break
        if (change.collection === collection) undo(past, change)
      }
      return sorted(past, namespace)
    },
    put: (place, object) => {
      const key = keyOf(place)
      const map = objects(place.collection)
      const previous = map.get(key)
      revision += 1
      const stored = withRevision(object, revision)
      map.set(key, stored)
      const type = previous === undefined ? 'ADDED' : 'MODIFIED'
      record({ type, revision, collection: place.collection, key, object: stored, previous })
      return stored
    },
    remove: (place, last) => {
      const key = keyOf(place)
      const map = objects(place.collection)
      const previous = map.get(key)
      map.delete(key)
      revision += 1
      const object = withRevision(last, revision)
      record({ type: 'DELETED', revision, collection: place.collection, key, object, previous })
      return object
    },
    changesSince: (since, collection) =>
      history.filter((change) => change.revision > since && change.collection === collection),
    subscribe: (collection, listener) => {
      const set = listeners.get(collection) ?? new Set()
      listeners.set(collection, set.add(listener))
      return () => set.delete(listener)
    },
  }
}

function keyOf(place: Place): string {
  return place.namespace === undefined ? place.name : `${place.namespace}/${place.name}`
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } }
}

function undo(objects: Map<string, KubeObject>, change: Change): void {
  if (change.previous === undefined) objects.delete(change.key)
  else objects.set(change.key, change.previous)
}

function sorted(
  objects: ReadonlyMap<string, KubeObject>,
  namespace?: string,
): readonly KubeObject[] {
  const prefix = namespace === undefined ? '' : `${namespace}/`
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix))
  keys.sort((left, right) => (left < right ? -1 : 1))
  return keys.flatMap((key) => objects.get(key) ?? [])
}
