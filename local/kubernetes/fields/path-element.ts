import { isRecord } from '../object.ts'

/**
 * One step of a field path, in the notation of FieldsV1: `f:name` a field, `k:{"name":"web"}` the item of a list with
 * keys, `v:"text"` the value of a set.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize-pe.go
 */
export type PathElement = string

export function fieldElement(name: string): PathElement {
  return `f:${name}`
}

/** Keys are written in alphabetical order, whatever their order in the schema. */
export function keyElement(keys: Readonly<Record<string, unknown>>): PathElement {
  const sorted = Object.entries(keys).toSorted(([left], [right]) => compareText(left, right))
  return `k:${JSON.stringify(Object.fromEntries(sorted))}`
}

export function valueElement(value: unknown): PathElement {
  return `v:${JSON.stringify(value)}`
}

/** The name of a field, or undefined if the element is a list item. */
export function fieldName(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined
}

/** Whether the text is an element this server understands; others are dropped when read, as in the original. */
export function isPathElement(text: string): boolean {
  if (text.startsWith('f:')) return true
  if (!text.startsWith('k:') && !text.startsWith('v:')) return false
  try {
    const value: unknown = JSON.parse(text.slice(2))
    return text.startsWith('v:') || isRecord(value)
  } catch {
    return false
  }
}

/** Fields first, then items by key, then values of sets; numbers by size, not by text. */
export function compareElements(left: PathElement, right: PathElement): number {
  const kinds = KINDS.indexOf(left.slice(0, 2)) - KINDS.indexOf(right.slice(0, 2))
  if (kinds !== 0) return kinds
  if (left.startsWith('f:')) return compareText(left, right)
  return compareValues(JSON.parse(left.slice(2)), JSON.parse(right.slice(2)))
}

const KINDS: readonly string[] = ['f:', 'k:', 'v:']

/** `.name`, `[name="web"]` or `[="text"]`, as the server shows paths to people. */
export function elementText(element: PathElement): string {
  const name = fieldName(element)
  if (name !== undefined) return `.${name}`
  const value: unknown = JSON.parse(element.slice(2))
  if (element.startsWith('v:') || !isRecord(value)) return `[=${JSON.stringify(value)}]`
  const keys = Object.entries(value).map(([key, item]) => `${key}=${JSON.stringify(item)}`)
  return `[${keys.join(',')}]`
}

function compareValues(left: unknown, right: unknown): number {
  if (isRecord(left) && isRecord(right)) return compareKeys(left, right)
  const types = TYPES.indexOf(typeof left) - TYPES.indexOf(typeof right)
  if (types !== 0) return types
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  return Number(left) - Number(right)
}

const TYPES: readonly string[] = ['number', 'string', 'boolean', 'object']

function compareKeys(
  left: Readonly<Record<string, unknown>>,
  right: Readonly<Record<string, unknown>>,
): number {
  const ours = Object.entries(left)
  const theirs = Object.entries(right)
  for (const [index, [name, value]] of ours.entries()) {
    const other = theirs[index]
    if (other === undefined) return 1
    const order = compareText(name, other[0]) || compareValues(value, other[1])
    if (order !== 0) return order
  }
  return ours.length - theirs.length
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
