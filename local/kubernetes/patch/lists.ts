import { goText } from '../fields/go-text.ts'
import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { hasDirective, PATCH, SET_ORDER } from './directives.ts'
import { holdsMaps, identity, position, withoutMergeKey } from './list-items.ts'
import { patchFailure } from './patch-errors.ts'

export interface ListMerge {
  /** Empty for lists of scalars. */
  readonly mergeKey: string
  /** Whether the patch lists values to take out (`$deleteFromPrimitiveList`). */
  readonly deleting: boolean
  readonly mergeItems: (live: JsonObject, patch: JsonObject) => JsonObject
}

/** Merges two lists: items of the patch stand in its order, those only the server has keep their place among them. */
export function mergeLists(
  live: readonly unknown[],
  patch: readonly unknown[],
  merge: ListMerge,
): readonly unknown[] {
  if (live.length === 0 && patch.length === 0) return live
  const maps = holdsMaps(live, patch)
  if (!maps && merge.deleting) return live.filter((item) => !patch.includes(item))
  if (!maps)
    return orderList([...new Set([...live, ...patch])], { live, order: patch, mergeKey: '' })
  if (merge.mergeKey === '')
    throw patchFailure('cannot merge lists without merge key for type struct')
  const special = carryOutDirectives(live, patch, merge.mergeKey)
  const merged = mergeItems(special.live, special.patch, merge)
  return orderList(merged, { live: special.live, order: special.patch, mergeKey: merge.mergeKey })
}

interface Sides {
  readonly live: readonly unknown[]
  readonly patch: readonly unknown[]
}

/** `$patch: delete` takes the item with its key out; `$patch: replace` makes the rest of the patch the whole list. */
function carryOutDirectives(
  live: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
): Sides {
  let kept = live
  let replacing = false
  for (const item of patch) {
    if (!isRecord(item) || !(PATCH in item)) continue
    switch (item[PATCH]) {
      case 'delete': {
        if (!(mergeKey in item)) throw withoutMergeKey(item, mergeKey)
        const gone = item[mergeKey]
        kept = kept.filter((other) => !isRecord(other) || other[mergeKey] !== gone)
        break
      }
      case 'replace':
        replacing = true
        break
      case 'merge':
        throw patchFailure('merging lists cannot yet be specified in the patch')
      default:
        throw patchFailure(`unknown patch type: ${goText(item[PATCH])} in map: ${goText(item)}`)
    }
  }
  const rest = patch.filter((item) => !hasDirective(item))
  return replacing ? { live: rest, patch: [] } : { live: kept, patch: rest }
}

function mergeItems(
  live: readonly unknown[],
  patch: readonly unknown[],
  { mergeKey, mergeItems: merge }: ListMerge,
): readonly unknown[] {
  const result = [...live]
  for (const item of patch) {
    const at = position(result, identity(item, mergeKey), mergeKey)
    const known = result[at]
    if (isRecord(known) && isRecord(item)) result[at] = merge(known, item)
    else result.push(item)
  }
  return result
}

/** Sorts by `order`, and puts what `order` does not name where it stood among the others in the live list. */
export function orderList(
  items: readonly unknown[],
  {
    live,
    order,
    mergeKey,
  }: { live: readonly unknown[]; order: readonly unknown[]; mergeKey: string },
): readonly unknown[] {
  if (live.length === 0 && order.length === 0) return items
  const place = (list: readonly unknown[], item: unknown): number =>
    position(list, identity(item, mergeKey), mergeKey)
  for (const item of order) identity(item, mergeKey)
  const named = items.filter((item) => place(order, item) >= 0)
  const others = items.filter((item) => place(order, item) < 0)
  named.sort((left, right) => place(order, left) - place(order, right))
  others.sort((left, right) => place(live, left) - place(live, right))
  return interleave(named, others, (item) => place(live, item))
}

/** One of the others goes first only if it stood before the named item in the live list. */
function interleave(
  named: readonly unknown[],
  others: readonly unknown[],
  livePlace: (item: unknown) => number,
): readonly unknown[] {
  const result: unknown[] = []
  let next = 0
  for (const item of named) {
    const limit = livePlace(item)
    for (; next < others.length && stoodBefore(livePlace(others[next]), limit); next += 1) {
      result.push(others[next])
    }
    result.push(item)
  }
  return [...result, ...others.slice(next)]
}

function stoodBefore(place: number, limit: number): boolean {
  return place >= 0 && place < limit
}

/** The items of the patch must be named by `$setElementOrder`, in the same order. */
export function checkOrder(
  patch: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string,
): void {
  if (patch.length === 0 || order.length === 0) return
  const items = patch.filter((item) => !hasDirective(item))
  let next = 0
  for (const wanted of order) {
    if (next >= items.length) return
    if (identity(items[next], mergeKey) === identity(wanted, mergeKey)) next += 1
  }
  if (next < items.length) {
    throw patchFailure(
      `The order in patch list:\n${goText(patch)}\n doesn't match ${SET_ORDER} list:\n${goText(order)}\n`,
    )
  }
}
