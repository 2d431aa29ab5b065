import { isRecord } from '../object.ts'
import type { ListShape, MapShape, OpenShape, Shape } from '../schema/shape.ts'
import { FieldSetBuilder } from './field-set.ts'
import type { FieldSet, Path } from './field-set.ts'
import { entriesOf, isNamed, itemsOf, nodeOf, shapeAt } from './node.ts'
import { fieldElement } from './path-element.ts'

/**
 * Every field a value mentions: leaves, list items, keys of free maps, and what is null or an empty map. A named structure
 * is not mentioned by itself, only through what is in it.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/tofieldset.go
 */
export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  const set = new FieldSetBuilder()
  visit(value, shape, [], set)
  return set
}

function visit(value: unknown, shape: Shape, path: Path, set: FieldSetBuilder): void {
  const node = nodeOf(shape, value)
  if (node.kind === 'leaf') set.insert(path)
  else if (node.kind === 'map') visitMap(value, node.shape, path, set)
  else visitList(value, node.shape, path, set)
}

function visitMap(
  value: unknown,
  shape: MapShape | OpenShape,
  path: Path,
  set: FieldSetBuilder,
): void {
  for (const [key, item] of entriesOf(value)) {
    const next = shapeAt(shape, key)
    if (next === undefined) continue
    const inner = [...path, fieldElement(key)]
    visit(item, next, inner, set)
    if (isBlank(item) || !isNamed(shape, key)) set.insert(inner)
  }
}

function isBlank(value: unknown): boolean {
  return value === null || (isRecord(value) && entriesOf(value).length === 0)
}

/** Of items that share their keys only the keys are owned: nobody can tell whose field is whose. */
function visitList(value: unknown, shape: ListShape, path: Path, set: FieldSetBuilder): void {
  const items = itemsOf(value, shape)
  for (const { element, value: item } of items) {
    const inner = [...path, element]
    const single = items.filter((other) => other.element === element).length === 1
    if (single) visit(item, shape.element.shape(), inner, set)
    set.insert(inner)
  }
}
