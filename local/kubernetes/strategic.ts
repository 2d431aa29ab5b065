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
  orderLists(result, patch, shape)
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
  return [...patch, ...live.filter((item) => !patch.some((one) => sameJson(one, item)))]
}

function mergeList(
  live: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  shape: ListShape,
): readonly unknown[] {
  const replace = patch.some((item) => isRecord(item) && item['$patch'] === 'replace')
  let result = replace ? [] : [...live]
  for (const item of patch) {
    if (!isRecord(item)) throw unkeyed(item, mergeKey)
    if (item['$patch'] === 'replace') continue
    const key = item[mergeKey]
    if (key === undefined) throw unkeyed(item, mergeKey)
    if (item['$patch'] === 'delete') {
      result = result.filter((one) => !(isRecord(one) && sameJson(one[mergeKey], key)))
      continue
    }
    const index = result.findIndex((one) => isRecord(one) && sameJson(one[mergeKey], key))
    const found = result[index]
    const merged = mergeMap(isRecord(found) ? found : {}, item, shape.element.shape())
    if (index === -1) result.push(merged)
    else result[index] = merged
  }
  return result
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

/** `$setElementOrder/KEY`: the patch's order first, items it does not know keep their place after their neighbour. */
function orderLists(result: JsonObject, patch: JsonObject, shape: Shape | undefined): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith('$setElementOrder/') || !Array.isArray(order)) continue
    const key = directive.slice(directive.indexOf('/') + 1)
    const list = result[key]
    const mergeKey = fieldAt(shape, key)?.patchMergeKey
    if (Array.isArray(list)) result[key] = ordered(list, order, mergeKey)
  }
}

function ordered(
  list: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string | undefined,
): readonly unknown[] {
  const id = (item: unknown): unknown =>
    mergeKey !== undefined && isRecord(item) ? item[mergeKey] : item
  const rank = (item: unknown): number => order.findIndex((one) => sameJson(id(one), id(item)))
  const known = list
    .filter((item) => rank(item) !== -1)
    .toSorted((left, right) => rank(left) - rank(right))
  const result: unknown[] = []
  for (const item of list) {
    if (rank(item) === -1) result.push(item)
    else result.push(known.shift())
  }
  return result
}

function fieldAt(shape: Shape | undefined, key: string): Field | undefined {
  return shape?.kind === 'map' ? (shape.fields.get(key) ?? shape.element) : undefined
}
