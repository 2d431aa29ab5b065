import { isCopied } from '../core/copied.ts'
import { ownerOf } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import { searchLiveSet } from './live-set.ts'
import type { LiveSet, OnHidden } from './live-set.ts'

/** Told when the inventory is gone, with what cannot be listed. */
export type OnLost = OnHidden

/**
 * Adds what carries the set's label, of whatever kind, if the inventory is gone although objects of the set are there:
 * the next inventory would not name it, and nobody would find it any more.
 *
 * A namespace alone is no sign: it is made before the inventory that goes into it.
 */
export async function withUnnamed(
  api: Api,
  live: LiveSet,
  { set, onLost }: { readonly set: ObjectSet; readonly onLost: OnLost },
): Promise<LiveSet> {
  const isLost = [...live.liveByIdentity.values()].some(
    (object) =>
      object.kind !== 'Namespace' && ownerOf(object, set) === 'ours' && !isCopied(object, []),
  )
  if (live.inventory || !isLost) return live
  const hidden: string[] = []
  const found = await searchLiveSet(api, set, (names) => hidden.push(...names))
  onLost(hidden)
  return { ...live, liveByIdentity: new Map([...found.liveByIdentity, ...live.liveByIdentity]) }
}
