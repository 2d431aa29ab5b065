import type { StatusError } from '../errors.ts'
import { goText, goType } from '../fields/go-text.ts'
import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { patchFailure, unprocessable } from './patch-errors.ts'

export function requireList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw patchFailure(`expected a []interface {}, but received a ${goType(value)}`)
}

/** Whether the lists hold structures; all items must be of one type, and no lists. */
export function holdsMaps(...lists: readonly (readonly unknown[])[]): boolean {
  const items = lists.flat()
  if (items.length === 0) throw patchFailure('no elements in any of the given slices')
  if (Array.isArray(items[0])) throw unprocessable()
  if (new Set(items.map(goType)).size > 1) {
    throw patchFailure(`list element types are not identical: ${goText(lists)}`)
  }
  return isRecord(items[0])
}

/** What tells the item apart: the value of its merge key, or a scalar itself. */
export function identity(item: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return item
  if (!isRecord(item)) {
    throw patchFailure(`expected a map[string]interface {}, but received a ${goType(item)}`)
  }
  if (!(mergeKey in item)) throw withoutMergeKey(item, mergeKey)
  return item[mergeKey]
}

export function withoutMergeKey(item: JsonObject, mergeKey: string): StatusError {
  return patchFailure(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`)
}

/** Where the item with that identity stands, or -1. */
export function position(list: readonly unknown[], wanted: unknown, mergeKey: string): number {
  return list.findIndex((item) =>
    mergeKey === '' ? item === wanted : isRecord(item) && item[mergeKey] === wanted,
  )
}
