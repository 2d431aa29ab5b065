import { objectRef } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { Cluster } from './connect.ts'
import { watchObjects } from './watch.ts'

/**
 * Waits, by watching, until these very objects are gone; a new object of the same name does not count.
 *
 * @returns Those that were still there when `signal` ended the wait, as last seen.
 */
export async function isGone(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal: AbortSignal,
  onGone: (object: KubeObject) => void = () => undefined,
): Promise<readonly KubeObject[]> {
  const left = await Promise.all(
    objects.map(async (object) => {
      const last = await waitForOne(cluster, object, signal)
      if (last === undefined) onGone(object)
      return last
    }),
  )
  return left.flatMap((object) => object ?? [])
}

async function waitForOne(
  cluster: Cluster,
  object: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const ref = objectRef(object)
  const { uid, namespace, name } = object.metadata
  const kind = await cluster.api.kindOf(ref)
  let last = object
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
    ended.abort()
  }
}
