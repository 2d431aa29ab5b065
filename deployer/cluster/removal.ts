import { objectRef } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { Cluster } from './connect.ts'
import { watchObjects } from './watch.ts'

/** What takes longer does not go by itself. */
const PATIENCE_MS = 2_000

/** Told about one object each time. */
interface RemovalWitness {
  readonly onGone?: (object: KubeObject) => void
  /** Once, with the object as last seen, if it is still there after a while. */
  readonly onStill?: (object: KubeObject) => void
}

/**
 * Waits, by watching, until these very objects are gone; a new object of the same name does not count.
 *
 * @returns Those that were still there when `signal` ended the wait, as last seen.
 */
export async function isGone(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal: AbortSignal,
  { onGone, onStill }: RemovalWitness = {},
): Promise<readonly KubeObject[]> {
  const left = await Promise.all(
    objects.map(async (object) => {
      const last = await waitForOne(cluster, object, signal, onStill)
      if (last === undefined) onGone?.(object)
      return last
    }),
  )
  return left.flatMap((object) => object ?? [])
}

async function waitForOne(
  cluster: Cluster,
  object: KubeObject,
  signal: AbortSignal,
  onStill: RemovalWitness['onStill'],
): Promise<KubeObject | undefined> {
  const ref = objectRef(object)
  const { uid, namespace, name } = object.metadata
  const kind = await cluster.api.kindOf(ref)
  let last = object
  const patience = setTimeout(() => onStill?.(last), PATIENCE_MS)
  const ended = new AbortController()
  const either = AbortSignal.any([signal, ended.signal])
  const options = {
    ...(namespace === undefined ? {} : { namespace }),
    fieldSelector: `metadata.name=${name}`,
  }
  try {
    for await (const event of watchObjects(cluster, kind, options, either)) {
      if (event.type === 'listed') {
        if (!event.objects.some((item) => item.metadata.uid === uid)) return undefined
      } else if (event.object.metadata.uid === uid) {
        if (event.type === 'gone') return undefined
        last = event.object
      }
    }
    return last
  } finally {
    clearTimeout(patience)
    ended.abort()
  }
}
