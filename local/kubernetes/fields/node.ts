import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { OPEN } from '../schema/shape.ts'
import type { ListShape, MapShape, OpenShape, Shape } from '../schema/shape.ts'
import { keyElement, valueElement } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/** How the owners of a value are counted: as one thing, per key, or per item. */
export type Node =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'map'; readonly shape: MapShape | OpenShape }
  | { readonly kind: 'list'; readonly shape: ListShape }

const LEAF: Node = { kind: 'leaf' }

/** What `value` is under `shape`. Where there is no schema the value itself decides: maps have keys, lists are atomic. */
export function nodeOf(shape: Shape, value: unknown): Node {
  switch (shape.kind) {
    case 'scalar':
      return LEAF
    case 'list':
      return shape.relation === 'atomic' ? LEAF : { kind: 'list', shape }
    case 'map':
      return shape.atomic ? LEAF : { kind: 'map', shape }
    default:
      return isRecord(value) ? { kind: 'map', shape } : LEAF
  }
}

/** The shape of the value at `key`; undefined if the schema has no place for it. */
export function shapeAt(shape: MapShape | OpenShape, key: string): Shape | undefined {
  if (shape.kind === 'open') return OPEN
  return (shape.fields.get(key) ?? shape.element)?.shape()
}

/** Whether the schema names the field; a key of a free map is not named, and is owned itself. */
export function isNamed(shape: Shape, key: string): boolean {
  return shape.kind === 'map' && shape.fields.has(key)
}

/** The keys that are there; undefined counts as absent, null does not. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value).filter(([, item]) => item !== undefined) : []
}

/** An item and what identifies it in its list. */
export interface Item {
  readonly element: PathElement
  readonly value: unknown
}

/** The items of a list that can be told apart; `problem` is called for each that cannot. */
export function itemsOf(
  value: unknown,
  shape: ListShape,
  problem: (index: number, message: string) => void = () => {},
): readonly Item[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown, index) => {
    const element = shape.keys.length === 0 ? setElement(item) : keyedElement(item, shape)
    if (typeof element === 'string') return [{ element, value: item }]
    problem(index, element.problem)
    return []
  })
}

type Unidentified = { readonly problem: string }

function setElement(item: unknown): PathElement | Unidentified {
  if (item === null) {
    return { problem: "associative list without keys has an element that's an explicit null" }
  }
  if (Array.isArray(item)) {
    return { problem: 'not supported: associative list with lists as elements' }
  }
  if (isRecord(item)) {
    return { problem: "associative list without keys has an element that's a map type" }
  }
  return valueElement(item)
}

function keyedElement(item: unknown, shape: ListShape): PathElement | Unidentified {
  if (item === null) return { problem: 'associative list with keys may not have a null element' }
  if (!isRecord(item)) {
    return { problem: 'associative list with keys may not have non-map elements' }
  }
  const keys: JsonObject = {}
  for (const key of shape.keys) {
    const value = item[key] ?? defaultOf(shape, key)
    if (value !== undefined) keys[key] = value
  }
  if (Object.keys(keys).length === 0) {
    const names = shape.keys.map((key) => JSON.stringify(key)).join(' ')
    return {
      problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    }
  }
  return keyElement(keys)
}

/** `protocol: TCP` identifies a port that does not name its protocol. */
function defaultOf(shape: ListShape, key: string): unknown {
  const element = shape.element.shape()
  return element.kind === 'map' ? element.fields.get(key)?.default : undefined
}
