import { isCopied } from '../core/copied.ts'
import { inventoryRef, membersOf } from '../core/inventory.ts'
import { objectRef } from '../core/object.ts'
import type { ObjectRef } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import { searchLiveSet } from './live-set.ts'

/** What is deployed of a set: as its inventory names it, or what of it is found by its label where that was lost. */
export async function deployedRefs(api: Api, set: ObjectSet): Promise<readonly ObjectRef[]> {
  const inventory = await api.get(inventoryRef(set))
  if (inventory) return membersOf(inventory)
  const { liveByIdentity } = await searchLiveSet(api, set, () => undefined)
  return [...liveByIdentity.values()].filter((one) => !isCopied(one, [])).map(objectRef)
}
