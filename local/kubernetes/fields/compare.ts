import { isRecord } from '../object.ts'
import { sameJson } from '../schema/same.ts'
import type { Shape } from '../schema/shape.ts'
import { EMPTY, insert, union } from './field-set.ts'
import type { FieldPath, FieldSet } from './field-set.ts'
import { partsOf } from './typed.ts'

/** The fields a configuration names: what its applier owns. */
export function fieldsOf(value: unknown, shape: Shape, at: FieldPath = []): FieldSet {
  const parts = partsOf(value, shape)
  if (parts === undefined) return at.length === 0 ? EMPTY : insert(EMPTY, at)
  let set = EMPTY
  for (const [element, part] of parts.items) {
    const path = [...at, element]
    set = union(set, fieldsOf(part.value, part.shape, path))
    const isHollow =
      part.value === null || (isRecord(part.value) && Object.keys(part.value).length === 0)
    if (isHollow || !part.named) set = insert(set, path)
  }
  return set
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/**
 * What is different between two states of an object. A part that comes or goes counts itself and everything below it.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/compare.go
 */
export function compare(before: unknown, after: unknown, shape: Shape): Comparison {
  const found = { added: EMPTY, modified: EMPTY, removed: EMPTY }
  const whole = (kind: 'added' | 'removed', value: unknown, inner: Shape, at: FieldPath) => {
    found[kind] = insert(found[kind], at)
    for (const [element, part] of partsOf(value, inner)?.items ?? []) {
      whole(kind, part.value, part.shape, [...at, element])
    }
  }
  const walk = (left: unknown, right: unknown, inner: Shape, at: FieldPath) => {
    const one = partsOf(left, inner)
    const other = partsOf(right, inner)
    if (one === undefined && other === undefined) {
      if (!sameJson(left, right)) found.modified = insert(found.modified, at)
      return
    }
    for (const [element, part] of one?.items ?? []) {
      if (!other?.items.has(element)) whole('removed', part.value, part.shape, [...at, element])
    }
    for (const [element, part] of other?.items ?? []) {
      const known = one?.items.get(element)
      if (known) walk(known.value, part.value, part.shape, [...at, element])
      else whole('added', part.value, part.shape, [...at, element])
    }
  }
  walk(before, after, shape, [])
  return found
}
