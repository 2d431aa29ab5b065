import type { ListShape, MapShape, OpenShape, Shape } from '../schema/shape.ts'
import { below, isEmptySet } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { entriesOf, itemsOf, nodeOf, shapeAt } from './node.ts'
import { fieldElement } from './path-element.ts'

/**
 * The value without the fields of the set.
 *
 * @returns null in the place of a collection that loses everything: who owns the empty collection itself keeps it that
 *   way. The argument is not changed.
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/remove.go
 */
export function removeFields(value: unknown, gone: FieldSet, shape: Shape): unknown {
  if (isEmptySet(gone)) return value
  const node = nodeOf(shape, value)
  if (node.kind === 'map') return removeKeys(value, gone, node.shape)
  if (node.kind === 'list') return removeItems(value, gone, node.shape)
  return typeof value === 'object' ? null : value
}

function removeKeys(value: unknown, gone: FieldSet, shape: MapShape | OpenShape): unknown {
  const kept = entriesOf(value).flatMap(([key, item]): [string, unknown][] => {
    const element = fieldElement(key)
    if (gone.members.has(element)) return []
    const next = shapeAt(shape, key)
    const rest = next === undefined ? item : removeFields(item, below(gone, element), next)
    return [[key, rest]]
  })
  return kept.length === 0 ? null : Object.fromEntries(kept)
}

function removeItems(value: unknown, gone: FieldSet, shape: ListShape): unknown {
  const kept = itemsOf(value, shape).flatMap(({ element, value: item }) => {
    if (gone.members.has(element)) return []
    return [removeFields(item, below(gone, element), shape.element.shape())]
  })
  return kept.length === 0 ? null : kept
}
