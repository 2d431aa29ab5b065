import type { KubernetesClient } from '../client.ts'
import type { KubeObject } from '../object.ts'

export type Change = 'added' | 'modified' | 'deleted'
export type ChangeListener = (object: KubeObject, change: Change) => void

/**
 * A live copy of one collection. Objects in it are never changed in place: `structuredClone` them first.
 *
 * What a controller has just written is put in at once, and older news about it is then ignored. So a controller
 * never acts twice on a state it has changed itself, which is what kube-controller-manager has expectations for.
 */
export interface Informer {
  get(key: string): KubeObject | undefined
  list(namespace?: string): KubeObject[]
  /** Hears of what there is (as added) and of every change from now on. */
  onChange(listener: ChangeListener): void
  /** Takes in the answer of a write and gives it back. */
  put(object: KubeObject): KubeObject
  /** Resolves when the first list is in. */
  readonly synced: Promise<void>
}

/** `namespace/name`, or the bare name of an object of the cluster. */
export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata.name ?? '')
}

const REMEMBERED_DELETIONS = 1000

/**
 * Follows `path` until `signal` aborts.
 *
 * @param options.onError Hears failed attempts; the next one follows by itself.
 */
export function startInformer(
  client: KubernetesClient,
  path: string,
  options: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Informer {
  const objects = new Map<string, KubeObject>()
  const deletedUids = new Set<string>()
  const listeners: ChangeListener[] = []
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<void>()
  const tell = (object: KubeObject, change: Change) => {
    for (const listener of listeners) listener(object, change)
  }
  const upsert = (object: KubeObject) => {
    const key = keyOf(object)
    const known = objects.get(key)
    if (deletedUids.has(object.metadata.uid ?? '') || (known && !isNewer(object, known))) return
    objects.set(key, object)
    tell(object, known?.metadata.uid === object.metadata.uid ? 'modified' : 'added')
  }
  const remove = (object: KubeObject) => {
    remember(deletedUids, object.metadata.uid ?? '')
    if (objects.get(keyOf(object))?.metadata.uid === object.metadata.uid)
      objects.delete(keyOf(object))
    tell(object, 'deleted')
  }

  void client.listAndWatch(
    path,
    {
      onSync: (items) => {
        const present = new Set(items.map(({ metadata }) => metadata.uid))
        for (const known of objects.values()) if (!present.has(known.metadata.uid)) remove(known)
        for (const item of items) upsert(item)
        markSynced()
      },
      onEvent: ({ type, object }) => (type === 'DELETED' ? remove(object) : upsert(object)),
      onError: options.onError,
    },
    options.signal,
  )
  return {
    get: (key) => objects.get(key),
    list: (namespace) =>
      [...objects.values()].filter(
        ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
      ),
    onChange: (listener) => {
      listeners.push(listener)
      for (const object of objects.values()) listener(object, 'added')
    },
    put: (object) => {
      upsert(object)
      return object
    },
    synced,
  }
}

/** Resource versions of one collection are comparable numbers (documented since Kubernetes 1.35). */
function isNewer(object: KubeObject, known: KubeObject): boolean {
  if (object.metadata.uid !== known.metadata.uid) return true
  return version(object) > version(known)
}

function version({ metadata }: KubeObject): bigint {
  return BigInt(metadata.resourceVersion ?? '0')
}

function remember(uids: Set<string>, uid: string): void {
  uids.add(uid)
  const [oldest] = uids
  if (uids.size > REMEMBERED_DELETIONS && oldest !== undefined) uids.delete(oldest)
}
