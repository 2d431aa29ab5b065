import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'

/**
 * A set of field paths as a tree. Keys are path elements as FieldsV1 writes them: `f:name`, `k:{"name":"c"}`, `v:"x"`.
 * A node is in the set if `member`; an inner node may be there only for its children.
 */
export interface FieldSet {
  readonly member: boolean
  readonly children: ReadonlyMap<string, FieldSet>
}

export type FieldPath = readonly string[]

export const EMPTY: FieldSet = { member: false, children: new Map() }

export function isEmpty(set: FieldSet): boolean {
  return !set.member && set.children.size === 0
}

/** A set of one path, or the given set with that path added. */
export function insert(set: FieldSet, [first, ...rest]: FieldPath): FieldSet {
  if (first === undefined) return { ...set, member: true }
  const children = new Map(set.children)
  children.set(first, insert(children.get(first) ?? EMPTY, rest))
  return { ...set, children }
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  const children = new Map(left.children)
  for (const [key, child] of right.children)
    children.set(key, union(children.get(key) ?? EMPTY, child))
  return { member: left.member || right.member, children }
}

/** The paths of `left` that are not in `right`. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  return filtered(left, right, (member, other) => member && !other, true)
}

/** The paths in both. */
export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return filtered(left, right, (member, other) => member && other, false)
}

function filtered(
  left: FieldSet,
  right: FieldSet | undefined,
  keeps: (member: boolean, other: boolean) => boolean,
  keepUnmatched: boolean,
): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [key, child] of left.children) {
    const other = right?.children.get(key)
    if (other === undefined) {
      if (keepUnmatched) children.set(key, child)
      continue
    }
    const kept = filtered(child, other, keeps, keepUnmatched)
    if (!isEmpty(kept)) children.set(key, kept)
  }
  return { member: keeps(left.member, right?.member ?? false), children }
}

export function sameSet(left: FieldSet, right: FieldSet): boolean {
  return isEmpty(difference(left, right)) && isEmpty(difference(right, left))
}

/** The node at a path; it need not be a member. */
export function nodeAt(set: FieldSet, path: FieldPath): FieldSet | undefined {
  return path.reduce<FieldSet | undefined>((node, key) => node?.children.get(key), set)
}

/** Every path in the set, parents first, in the order of their text. */
export function paths(set: FieldSet, at: FieldPath = []): readonly FieldPath[] {
  const own = set.member ? [at] : []
  const inner = [...set.children]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([key, child]) => paths(child, [...at, key]))
  return [...own, ...inner]
}

/** The set without everything at or below these paths. */
export function without(set: FieldSet, removed: readonly FieldPath[]): FieldSet {
  return removed.reduce((current, path) => cut(current, path), set)
}

function cut(set: FieldSet, [first, ...rest]: FieldPath): FieldSet {
  const child = first === undefined ? undefined : set.children.get(first)
  if (first === undefined || child === undefined) return set
  const children = new Map(set.children)
  const left = rest.length === 0 ? EMPTY : cut(child, rest)
  if (isEmpty(left)) children.delete(first)
  else children.set(first, left)
  return { ...set, children }
}

/** @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize.go */
export function toFieldsV1(set: FieldSet): JsonObject {
  const result: JsonObject = {}
  if (set.member && set.children.size > 0) result['.'] = {}
  for (const [key, child] of [...set.children].toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  )) {
    result[key] = toFieldsV1(child)
  }
  return result
}

export function fromFieldsV1(fields: JsonObject | undefined): FieldSet {
  return { ...nodeFrom(fields ?? {}), member: false }
}

function nodeFrom(fields: JsonObject): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [key, value] of Object.entries(fields)) {
    if (key !== '.') children.set(key, nodeFrom(isRecord(value) ? value : {}))
  }
  return { member: '.' in fields || children.size === 0, children }
}

/** A path as conflicts show it: `.spec.template.spec.containers[name="c"].image`. */
export function pathText(path: FieldPath): string {
  return path.map(elementText).join('')
}

function elementText(element: string): string {
  const content = element.slice(2)
  if (element.startsWith('f:')) return `.${content}`
  if (element.startsWith('v:')) return `[=${content}]`
  const keys = JSON.parse(content) as JsonObject
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`
}
