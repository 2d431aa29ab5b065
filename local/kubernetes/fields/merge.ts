import type { ListShape, MapShape, OpenShape, Shape } from '../schema/shape.ts'
import { entriesOf, itemsOf, nodeOf, shapeAt } from './node.ts'
import type { Item } from './node.ts'

/**
 * Lays a configuration over a live value: nothing is removed, where both speak the configuration wins, and lists with
 * keys are merged item by item in the order of the configuration. Neither argument is changed; parts are shared.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/merge.go
 */
export function mergeFields(live: unknown, applied: unknown, shape: Shape): unknown {
  if (applied === undefined) return live
  if (live === undefined) return applied
  const node = nodeOf(shape, applied)
  if (node.kind === 'leaf') return applied
  if (node.kind === 'map') return mergeMaps(live, applied, node.shape)
  return mergeLists(live, applied, node.shape)
}

function mergeMaps(live: unknown, applied: unknown, shape: MapShape | OpenShape): unknown {
  const ours = entriesOf(live)
  const theirs = new Map(entriesOf(applied))
  if (ours.length === 0 && theirs.size === 0) return applied
  const result = new Map(ours)
  for (const [key, value] of theirs) {
    const next = shapeAt(shape, key)
    if (next !== undefined) result.set(key, mergeFields(result.get(key), value, next))
  }
  return Object.fromEntries(result)
}

/** The items both have stand in the order of the configuration; those of the live list keep their place between them. */
function mergeLists(live: unknown, applied: unknown, shape: ListShape): unknown {
  const ours = itemsOf(live, shape)
  const theirs = itemsOf(applied, shape)
  if (ours.length === 0 && theirs.length === 0) return applied
  const known = new Map(ours.toReversed().map(({ element, value }) => [element, value]))
  const wanted = new Map(theirs.map(({ element, value }) => [element, value]))
  return mergedOrder(ours, theirs).map(({ element, value }) =>
    wanted.has(element)
      ? mergeFields(known.get(element), wanted.get(element), shape.element.shape())
      : value,
  )
}

function mergedOrder(ours: readonly Item[], theirs: readonly Item[]): readonly Item[] {
  const wanted = new Set(theirs.map(({ element }) => element))
  const present = new Set(ours.map(({ element }) => element))
  const result: Item[] = []
  let next = 0
  const shared = theirs.filter(({ element }) => present.has(element)).map(({ element }) => element)
  let upcoming = 0
  for (const item of theirs) {
    while (next < ours.length) {
      const mine = ours[next]
      if (mine === undefined || mine.element === item.element) break
      if (!wanted.has(mine.element)) result.push(mine)
      else if (mine.element === shared[upcoming]) break
      next += 1
    }
    if (ours[next]?.element === item.element) next += 1
    if (item.element === shared[upcoming]) upcoming += 1
    result.push(item)
  }
  return [...result, ...ours.slice(next).filter(({ element }) => !wanted.has(element))]
}
