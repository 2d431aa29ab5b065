import type { Shape } from '../schema/shape.ts'
import { difference, intersection, union } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { isNamed, shapeAt } from './node.ts'
import { fieldName } from './path-element.ts'
import type { PathElement } from './path-element.ts'
import { removeFields } from './remove.ts'

/**
 * Removes what a manager applied last time, does not apply now, and nobody else owns.
 *
 * @param merged The live value with the new configuration laid over it.
 * @param last What the manager owned until now.
 * @param owned What all managers own now, the new configuration included.
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
 */
export function prune(merged: unknown, last: FieldSet, owned: FieldSet, shape: Shape): unknown {
  const named = (set: FieldSet): FieldSet => withNamedFields(set, shape)
  const all = named(fieldsOf(merged, shape))
  const candidates = named(last)
  const stripped = named(fieldsOf(removeFields(merged, candidates, shape), shape))
  const unowned = difference(all, union(stripped, named(owned)))
  const left = named(fieldsOf(removeFields(merged, unowned, shape), shape))
  return removeFields(merged, intersection(difference(all, left), candidates), shape)
}

/** Adds the structures on the way to a field: they are not owned by themselves but go when their last field goes. */
function withNamedFields(set: FieldSet, shape: Shape | undefined): FieldSet {
  const members = new Set(set.members)
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of set.children) {
    const name = fieldName(element)
    if (name !== undefined && shape !== undefined && isNamed(shape, name)) members.add(element)
    children.set(element, withNamedFields(child, shapeBelow(shape, name)))
  }
  return { members, children }
}

function shapeBelow(shape: Shape | undefined, name: string | undefined): Shape | undefined {
  if (shape === undefined || shape.kind === 'scalar') return undefined
  if (shape.kind === 'list') return name === undefined ? shape.element.shape() : undefined
  return name === undefined ? undefined : shapeAt(shape, name)
}
