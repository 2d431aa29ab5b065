import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { compareElements, elementText, isPathElement } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/**
 * A set of field paths as a tree: `members` are the paths that end here, `children` those that go on. A path may do both
 * (a list item is owned, and so are its fields). Never changed once built; there is no child without a path in it.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/set.go
 */
export interface FieldSet {
  readonly members: ReadonlySet<PathElement>
  readonly children: ReadonlyMap<PathElement, FieldSet>
}

export type Path = readonly PathElement[]

export const EMPTY_SET: FieldSet = { members: new Set(), children: new Map() }

/** Collects paths; what it holds is a FieldSet from the first path on. */
export class FieldSetBuilder implements FieldSet {
  readonly members = new Set<PathElement>()
  readonly children = new Map<PathElement, FieldSetBuilder>()

  /** The empty path is the whole object, which nobody owns: it is ignored. */
  insert(path: Path): void {
    const last = path.at(-1)
    if (last !== undefined) this.#at(path.slice(0, -1)).members.add(last)
  }

  #at(path: Path): FieldSetBuilder {
    const [first, ...rest] = path
    if (first === undefined) return this
    const child = this.children.get(first) ?? new FieldSetBuilder()
    this.children.set(first, child)
    return child.#at(rest)
  }
}

export function fieldSet(...paths: readonly Path[]): FieldSet {
  const set = new FieldSetBuilder()
  for (const path of paths) set.insert(path)
  return set
}

export function isEmptySet(set: FieldSet): boolean {
  return set.members.size === 0 && [...set.children.values()].every(isEmptySet)
}

export function has(set: FieldSet, path: Path): boolean {
  const [first, ...rest] = path
  if (first === undefined) return false
  if (rest.length === 0) return set.members.has(first)
  const child = set.children.get(first)
  return child !== undefined && has(child, rest)
}

/** The paths that start with `element`, without it. */
export function below(set: FieldSet, element: PathElement): FieldSet {
  return set.children.get(element) ?? EMPTY_SET
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  const children = new Map(left.children)
  for (const [element, child] of right.children) {
    const known = children.get(element)
    children.set(element, known === undefined ? child : union(known, child))
  }
  return { members: new Set([...left.members, ...right.members]), children }
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return {
    members: keep(left.members, (element) => right.members.has(element)),
    children: mapChildren(left, (element, child) => intersection(child, below(right, element))),
  }
}

/** Path by path: taking a parent away leaves its children, and the other way round. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  return {
    members: keep(left.members, (element) => !right.members.has(element)),
    children: mapChildren(left, (element, child) => {
      const other = right.children.get(element)
      return other === undefined ? child : difference(child, other)
    }),
  }
}

/** Takes away each path of `right` together with everything below it. */
export function recursiveDifference(left: FieldSet, right: FieldSet): FieldSet {
  return {
    members: keep(left.members, (element) => !right.members.has(element)),
    children: mapChildren(left, (element, child) => {
      if (right.members.has(element)) return EMPTY_SET
      const other = right.children.get(element)
      return other === undefined ? child : recursiveDifference(child, other)
    }),
  }
}

export function sameSet(left: FieldSet, right: FieldSet): boolean {
  return isEmptySet(difference(left, right)) && isEmptySet(difference(right, left))
}

/** The paths that no other path goes on from. */
export function leaves(set: FieldSet): FieldSet {
  return {
    members: keep(set.members, (element) => !set.children.has(element)),
    children: mapChildren(set, (_, child) => leaves(child)),
  }
}

/** All paths, those that end at a level before those that go on, each in the server's order. */
export function paths(set: FieldSet): readonly Path[] {
  const ending = [...set.members].toSorted(compareElements).map((element) => [element])
  const going = [...set.children]
    .toSorted(([left], [right]) => compareElements(left, right))
    .flatMap(([element, child]) => paths(child).map((path) => [element, ...path]))
  return [...ending, ...going]
}

/** `.spec.template.spec.containers[name="web"].image`. */
export function pathText(path: Path): string {
  return path.map(elementText).join('')
}

/** The wire format: `{"f:data": {"f:key": {}}}`; `.` says that the element itself is a member too. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const elements = [...new Set([...set.members, ...set.children.keys()])]
  return Object.fromEntries(
    elements.toSorted(compareElements).map((element) => [element, encodeElement(set, element)]),
  )
}

function encodeElement(set: FieldSet, element: PathElement): JsonObject {
  const child = set.children.get(element)
  if (child === undefined) return {}
  return set.members.has(element) ? { '.': {}, ...toFieldsV1(child) } : toFieldsV1(child)
}

/** Reads the wire format; elements of a kind we do not know are dropped, as the original does. */
export function fromFieldsV1(raw: unknown): FieldSet {
  const members = new Set<PathElement>()
  const children = new Map<PathElement, FieldSet>()
  for (const [element, value] of Object.entries(isRecord(raw) ? raw : {})) {
    if (!isPathElement(element)) continue
    const child = fromFieldsV1(value)
    const empty = isEmptySet(child)
    if (empty || (isRecord(value) && '.' in value)) members.add(element)
    if (!empty) children.set(element, child)
  }
  return { members, children }
}

function keep(
  members: ReadonlySet<PathElement>,
  wanted: (element: PathElement) => boolean,
): ReadonlySet<PathElement> {
  return new Set([...members].filter(wanted))
}

function mapChildren(
  set: FieldSet,
  change: (element: PathElement, child: FieldSet) => FieldSet,
): ReadonlyMap<PathElement, FieldSet> {
  const result = new Map<PathElement, FieldSet>()
  for (const [element, child] of set.children) {
    const changed = change(element, child)
    if (!isEmptySet(changed)) result.set(element, changed)
  }
  return result
}
