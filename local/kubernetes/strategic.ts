import { isRecord } from './object.ts'
import type { JsonObject } from './object.ts'
import { StatusError } from './errors.ts'
import { sameJson } from './schema/same.ts'
import type { Field, ListShape, MapShape, Shape } from './schema/shape.ts'

/**
 * Applies a strategic merge patch: lists with a merge key are merged item by item, and `$patch`, `$retainKeys`,
 * `$deleteFromPrimitiveList/…` and `$setElementOrder/…` are obeyed.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/strategicpatch/patch.go
 */
export function strategicMerge(target: JsonObject, patch: JsonObject, shape: MapShape): JsonObject {
  return mergeMap(target, patch, shape)
}

function mergeMap(target: JsonObject, patch: JsonObject, shape: Shape | undefined): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch)
  if (patch['$patch'] === 'delete') return {}
  const result = retained(target, patch)
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue
    const field = fieldAt(shape, key)
    if (value === null) delete result[key]
    else result[key] = mergeValue(result[key], value, { field, patch, key })
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) deletePrimitives(result, key, value)
  }
  orderLists(result, patch, target, shape)
  return result
}

interface Where {
  readonly field: Field | undefined
  readonly patch: JsonObject
  readonly key: string
}

function mergeValue(target: unknown, patch: unknown, { field }: Where): unknown {
  const shape = field?.shape()
  const merges = field?.patchStrategy.includes('merge') === true
  if (isRecord(patch)) {
    if (field?.patchStrategy.includes('replace')) return withoutDirectives(patch)
    return mergeMap(isRecord(target) ? target : {}, patch, shape)
  }
  if (!Array.isArray(patch) || !merges || shape?.kind !== 'list') {
    return Array.isArray(patch) ? patch.filter((item) => !isDirective(item)) : patch
  }
  const live = Array.isArray(target) ? target : []
  const mergeKey = field?.patchMergeKey
  if (mergeKey === undefined) return mergePrimitives(live, patch)
  return mergeList(live, patch, mergeKey, shape)
}

function isDirective(item: unknown): boolean {
  return isRecord(item) && '$patch' in item
}

function mergePrimitives(live: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const merged = [...live, ...patch.filter((item) => !live.some((one) => sameJson(one, item)))]
  return inOrder(merged, { patch, live, identity: (item) => item })
}

function mergeList(
  live: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  shape: ListShape,
): readonly unknown[] {
  const replace = patch.some((item) => isRecord(item) && item['$patch'] === 'replace')
  let result = replace ? [] : [...live]
  const written: JsonObject[] = []
  for (const item of patch) {
    if (!isRecord(item)) throw unkeyed(item, mergeKey)
    if (item['$patch'] === 'replace') continue
    const key = item[mergeKey]
    if (key === undefined) throw unkeyed(item, mergeKey)
    if (item['$patch'] === 'delete') {
      result = result.filter((one) => !(isRecord(one) && sameJson(one[mergeKey], key)))
      continue
    }
    written.push(item)
    const index = result.findIndex((one) => isRecord(one) && sameJson(one[mergeKey], key))
    const found = result[index]
    const merged = mergeMap(isRecord(found) ? found : {}, item, shape.element.shape())
    if (index === -1) result.push(merged)
    else result[index] = merged
  }
  const identity = (item: unknown): unknown => (isRecord(item) ? item[mergeKey] : item)
  return inOrder(result, { patch: written, live, identity })
}

interface Orders {
  readonly patch: readonly unknown[]
  readonly live: readonly unknown[]
  readonly identity: (item: unknown) => unknown
}

/**
 * Items of the patch in its order, the others in the live order; of two that meet, the other goes first only if the
 * live list already had both that way (mergeSortedSlice of the original).
 */
function inOrder(items: readonly unknown[], { patch, live, identity }: Orders): readonly unknown[] {
  const rank = (list: readonly unknown[], item: unknown): number =>
    list.findIndex((one) => sameJson(identity(one), identity(item)))
  const ranked = (list: readonly unknown[]) => (left: unknown, right: unknown) =>
    rank(list, left) - rank(list, right)
  const written = items.filter((item) => rank(patch, item) !== -1).toSorted(ranked(patch))
  const others = items.filter((item) => rank(patch, item) === -1).toSorted(ranked(live))
  const result: unknown[] = []
  while (written.length > 0 && others.length > 0) {
    const before = rank(live, others[0])
    const after = rank(live, written[0])
    const keeps = before >= 0 && after >= 0 && before < after
    result.push(keeps ? others.shift() : written.shift())
  }
  return [...result, ...written, ...others]
}

/** The real server prints the item as Go prints a map, and has no reason for it. */
function unkeyed(item: unknown, mergeKey: string): StatusError {
  const shown = isRecord(item)
    ? Object.entries(item).map(([key, value]) => `${key}:${String(value)}`)
    : []
  return new StatusError(
    500,
    '',
    `map: map[${shown.join(' ')}] does not contain declared merge key: ${mergeKey}`,
  )
}

function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch['$retainKeys']
  if (!Array.isArray(keys)) return { ...target }
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)))
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')))
}

function deletePrimitives(result: JsonObject, directive: string, values: unknown): void {
  const key = directive.slice(directive.indexOf('/') + 1)
  const live = result[key]
  if (!Array.isArray(live) || !Array.isArray(values)) return
  result[key] = live.filter((item) => !values.some((value) => sameJson(value, item)))
}

/** `$setElementOrder/KEY`: the order the patch wants, of items it does not otherwise touch as well. */
function orderLists(
  result: JsonObject,
  patch: JsonObject,
  target: JsonObject,
  shape: Shape | undefined,
): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith('$setElementOrder/') || !Array.isArray(order)) continue
    const key = directive.slice(directive.indexOf('/') + 1)
    const list = result[key]
    const mergeKey = fieldAt(shape, key)?.patchMergeKey
    const identity = (item: unknown): unknown =>
      mergeKey !== undefined && isRecord(item) ? item[mergeKey] : item
    const live = Array.isArray(target[key]) ? (target[key] as unknown[]) : []
    if (Array.isArray(list)) result[key] = inOrder(list, { patch: order, live, identity })
  }
}

function fieldAt(shape: Shape | undefined, key: string): Field | undefined {
  return shape?.kind === 'map' ? (shape.fields.get(key) ?? shape.element) : undefined
}
