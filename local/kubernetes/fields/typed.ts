import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { OPEN } from '../schema/shape.ts'
import type { Field, ListShape, Shape } from '../schema/shape.ts'

/** One level of a value, by its shape: named parts that are owned one by one, or undefined for a leaf. */
export interface Parts {
  /** Path element → value and shape. */
  readonly items: ReadonlyMap<string, Part>
  readonly isList: boolean
}

export interface Part {
  readonly value: unknown
  readonly shape: Shape
  /** A field the schema names, as opposed to a key of a map or an item of a list. */
  readonly named: boolean
}

/** The parts of a granular value; undefined for scalars, atomic lists and maps, and null. */
export function partsOf(value: unknown, shape: Shape): Parts | undefined {
  if (isRecord(value)) {
    if (shape.kind === 'map' && !shape.atomic) {
      return mapParts(value, (key) => shape.fields.get(key), shape.element?.shape() ?? OPEN)
    }
    return shape.kind === 'open' ? mapParts(value, () => undefined, OPEN) : undefined
  }
  if (!Array.isArray(value) || shape.kind !== 'list' || shape.relation === 'atomic')
    return undefined
  const element = shape.element.shape()
  const items = new Map(
    value.map((item) => [
      itemKey(item, shape),
      { value: item as unknown, shape: element, named: false },
    ]),
  )
  return { items, isList: true }
}

function mapParts(
  value: JsonObject,
  field: (key: string) => Field | undefined,
  rest: Shape,
): Parts {
  const items = new Map<string, Part>()
  for (const [key, item] of Object.entries(value)) {
    const known = field(key)
    items.set(`f:${key}`, {
      value: item,
      shape: known?.shape() ?? rest,
      named: known !== undefined,
    })
  }
  return { items, isList: false }
}

/** The path element of a list's item: its keys (with their defaults), or the item itself in a set. */
export function itemKey(item: unknown, shape: ListShape): string {
  if (shape.relation === 'set') return `v:${JSON.stringify(item)}`
  const element = shape.element.shape()
  const defaults = element.kind === 'map' ? element.fields : undefined
  const keys = shape.keys.toSorted().flatMap((key) => {
    const own = isRecord(item) ? item[key] : undefined
    const value = own ?? defaults?.get(key)?.default
    return value === undefined || value === null ? [] : [[key, value] as const]
  })
  return `k:${JSON.stringify(Object.fromEntries(keys))}`
}

/** A value with one of its parts changed; `undefined` removes it. */
export function withPart(value: unknown, shape: Shape, element: string, part: unknown): unknown {
  if (isRecord(value)) {
    const key = element.slice(2)
    if (part !== undefined) return { ...value, [key]: part }
    const { [key]: _, ...rest } = value
    return rest
  }
  if (!Array.isArray(value) || shape.kind !== 'list') return value
  const list: readonly unknown[] = value
  const index = list.findIndex((item) => itemKey(item, shape) === element)
  if (index < 0) return part === undefined ? list : [...list, part]
  return part === undefined ? list.toSpliced(index, 1) : list.toSpliced(index, 1, part)
}
