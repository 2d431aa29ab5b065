import { sameJson } from '../schema/same.ts'
import type { ListShape, MapShape, OpenShape, Shape } from '../schema/shape.ts'
import { FieldSetBuilder, recursiveDifference } from './field-set.ts'
import type { FieldSet, Path } from './field-set.ts'
import { entriesOf, itemsOf, nodeOf, shapeAt } from './node.ts'
import type { Item, Node } from './node.ts'
import { fieldElement } from './path-element.ts'

/** What differs between two values, as fields; a field is in one of the three at most. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/**
 * Compares by the schema: a list with keys by its items wherever they stand, an atomic one as a whole.
 * undefined means absent; null is a value.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/compare.go
 */
export function compareFields(left: unknown, right: unknown, shape: Shape): Comparison {
  const found: Found = {
    added: new FieldSetBuilder(),
    modified: new FieldSetBuilder(),
    removed: new FieldSetBuilder(),
  }
  compare({ left, right, shape, path: [] }, found)
  return found
}

export function withoutFields(comparison: Comparison, ignored: FieldSet): Comparison {
  return {
    added: recursiveDifference(comparison.added, ignored),
    modified: recursiveDifference(comparison.modified, ignored),
    removed: recursiveDifference(comparison.removed, ignored),
  }
}

interface Found {
  readonly added: FieldSetBuilder
  readonly modified: FieldSetBuilder
  readonly removed: FieldSetBuilder
}

interface Pair {
  readonly left: unknown
  readonly right: unknown
  readonly shape: Shape
  readonly path: Path
}

function compare(pair: Pair, found: Found): void {
  const left = nodeOf(pair.shape, pair.left)
  const right = nodeOf(pair.shape, pair.right)
  if (pair.right === undefined) return compareAs(left, pair, found)
  if (pair.left !== undefined && left.kind !== right.kind) compareAs(left, pair, found)
  compareAs(right, pair, found)
}

/** Two empty collections are a leaf, so that null, `{}` and absence stay three things. */
function compareAs(node: Node, pair: Pair, found: Found): void {
  if (node.kind === 'leaf' || (isBare(pair.left) && isBare(pair.right))) {
    return compareLeaf(pair, found)
  }
  if (node.kind === 'map') compareMaps(node.shape, pair, found)
  else compareLists(node.shape, pair, found)
  if (pair.left === undefined) found.added.insert(pair.path)
  else if (pair.right === undefined) found.removed.insert(pair.path)
}

function compareLeaf({ left, right, path }: Pair, found: Found): void {
  if (left === undefined) found.added.insert(path)
  else if (right === undefined) found.removed.insert(path)
  else if (!sameJson(left, right)) found.modified.insert(path)
}

function isBare(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : entriesOf(value).length === 0
}

function compareMaps(shape: MapShape | OpenShape, { left, right, path }: Pair, found: Found): void {
  const ours = new Map(entriesOf(left))
  const theirs = new Map(entriesOf(right))
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const next = shapeAt(shape, key)
    if (next === undefined) continue
    const inner = [...path, fieldElement(key)]
    compare({ left: ours.get(key), right: theirs.get(key), shape: next, path: inner }, found)
  }
}

function compareLists(shape: ListShape, { left, right, path }: Pair, found: Found): void {
  const ours = grouped(itemsOf(left, shape))
  const theirs = grouped(itemsOf(right, shape))
  for (const element of new Set([...ours.keys(), ...theirs.keys()])) {
    const before = ours.get(element) ?? []
    const after = theirs.get(element) ?? []
    const inner = [...path, element]
    if (before.length > 1 || after.length > 1) {
      compareLeaf({ left: repeated(before), right: repeated(after), shape, path: inner }, found)
    } else {
      const pair = { left: before[0], right: after[0], shape: shape.element.shape(), path: inner }
      compare(pair, found)
    }
  }
}

function grouped(items: readonly Item[]): ReadonlyMap<string, readonly unknown[]> {
  const result = new Map<string, unknown[]>()
  for (const { element, value } of items) {
    const known = result.get(element)
    if (known === undefined) result.set(element, [value])
    else known.push(value)
  }
  return result
}

function repeated(values: readonly unknown[]): unknown {
  return values.length === 0 ? undefined : values
}
