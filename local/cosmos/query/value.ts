import { isJsonObject } from '../store/json.ts'
import type { Json } from '../store/json.ts'

/** What an expression yields: JSON, or `undefined` where something is missing or of the wrong type. */
export type Value = Json | undefined

/** Types in the order in which ORDER BY, MIN and MAX put them. */
const TYPE_ORDER = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object'] as const

/** The type of a value as the query language sees it. */
export function typeOf(value: Value): (typeof TYPE_ORDER)[number] {
  if (value === undefined) return 'undefined'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return typeof value as 'boolean' | 'number' | 'string'
  return 'object'
}

/** Whether two values are of one type and the same all the way down. */
export function isSame(left: Value, right: Value): boolean {
  return left === right || canonical(left) === canonical(right)
}

/** JSON text that is the same for the same value, whatever the order of properties. */
export function canonical(value: Value): string {
  if (value === undefined) return 'undefined'
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.keys(value).toSorted()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}

/** Negative, zero or positive: by type first, then by value. Arrays and objects of one type count as equal. */
export function order(left: Value, right: Value): number {
  const byType = TYPE_ORDER.indexOf(typeOf(left)) - TYPE_ORDER.indexOf(typeOf(right))
  return byType === 0 ? (compareSameType(left, right) ?? 0) : byType
}

/**
 * Negative, zero or positive; `undefined` for values of different types, and for those that have no order.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/nosql/query/equality-comparison-operators
 */
export function compareSameType(left: Value, right: Value): number | undefined {
  if (typeof left === 'string' && typeof right === 'string')
    return left < right ? -1 : Number(left > right)
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  return left === null && right === null ? 0 : undefined
}
