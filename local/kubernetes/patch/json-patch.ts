import { StatusError } from '../errors.ts'
import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { sameJson } from '../schema/same.ts'
import { unprocessable, wrongDocument } from './patch-errors.ts'

/** Above this the real server does not even try. */
const MAX_OPERATIONS = 10_000

/**
 * Applies a JSON Patch (RFC 6902) as the API server's library does it, with its leniencies: `replace` of a missing key
 * adds it, a missing value is null, and negative indexes count from the end.
 *
 * @param document Never changed.
 * @param patch The parsed body, whatever it is.
 * @throws {StatusError} 400 for a document that is no patch, 413 for too many operations, 422 for one that cannot be
 *   carried out or a `test` that fails.
 * @see https://www.rfc-editor.org/rfc/rfc6902
 * @see https://github.com/evanphx/json-patch/tree/v4.12.0
 */
export function applyJsonPatch(document: JsonObject, patch: unknown): JsonObject {
  const operations = parse(patch)
  if (operations.length > MAX_OPERATIONS) throw tooManyOperations(operations.length)
  const root: Root = { value: structuredClone(document) }
  for (const operation of operations) carryOut(root, operation)
  return root.value
}

interface Root {
  value: JsonObject
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly from: string
  readonly value: unknown
}

const DECODING = 'error decoding patch: '

function parse(patch: unknown): readonly Operation[] {
  if (patch === null) return []
  if (!Array.isArray(patch)) {
    throw wrongDocument(patch, 'value of type []handlers.jsonPatchOp', DECODING)
  }
  return patch.map((item: unknown) => {
    if (item !== null && !isRecord(item)) {
      throw wrongDocument(item, 'value of type handlers.jsonPatchOp', DECODING)
    }
    const entry = item ?? {}
    return {
      op: text(entry, 'op'),
      path: text(entry, 'path'),
      from: text(entry, 'from'),
      value: entry['value'] ?? null,
    }
  })
}

function text(operation: JsonObject, key: string): string {
  const value = operation[key] ?? ''
  if (typeof value === 'string') return value
  throw wrongDocument(value, `struct field jsonPatchOp.${key} of type string`, DECODING)
}

function tooManyOperations(count: number): StatusError {
  return new StatusError(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${count}`,
  )
}

function carryOut(root: Root, { op, path, from, value }: Operation): void {
  switch (op) {
    case 'add':
      return add(locate(root, path), structuredClone(value))
    case 'remove':
      return remove(locate(root, path))
    case 'replace':
      return replace(root, path, structuredClone(value))
    case 'move': {
      const source = locate(root, from)
      const moved = get(source)
      remove(source)
      return add(locate(root, path), moved)
    }
    case 'copy':
      return add(locate(root, path), structuredClone(get(locate(root, from))))
    case 'test':
      if (!sameJson(path === '' ? root.value : get(locate(root, path)), value)) {
        throw unprocessable()
      }
      return
    default:
      throw unprocessable()
  }
}

type Place =
  | { readonly kind: 'object'; readonly owner: JsonObject; readonly key: string }
  | { readonly kind: 'list'; readonly owner: unknown[]; readonly key: string }

/** The last step is not taken: it may not be there yet. What stands before the first slash is ignored. */
function locate(root: Root, path: string): Place {
  const steps = path.split('/').slice(1).map(unescape)
  const key = steps.pop()
  if (key === undefined) throw unprocessable()
  let owner: unknown = root.value
  for (const step of steps) owner = get(placeIn(owner, step))
  return placeIn(owner, key)
}

function placeIn(owner: unknown, key: string): Place {
  if (Array.isArray(owner)) return { kind: 'list', owner, key }
  if (isRecord(owner)) return { kind: 'object', owner, key }
  throw unprocessable()
}

function unescape(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** A key that is not there is null. */
function get(place: Place): unknown {
  if (place.kind === 'object') return ownValue(place.owner, place.key) ?? null
  return place.owner[index(place.key, place.owner.length, place.owner.length - 1)]
}

function ownValue(owner: JsonObject, key: string): unknown {
  return Object.hasOwn(owner, key) ? owner[key] : undefined
}

function add(place: Place, value: unknown): void {
  if (place.kind === 'object') return setOwn(place.owner, place.key, value)
  const { owner, key } = place
  const at = key === '-' ? owner.length : index(key, owner.length + 1, owner.length)
  owner.splice(at, 0, value)
}

function remove(place: Place): void {
  if (place.kind === 'list') {
    place.owner.splice(index(place.key, place.owner.length, place.owner.length - 1), 1)
    return
  }
  if (!Object.hasOwn(place.owner, place.key)) throw unprocessable()
  delete place.owner[place.key]
}

function replace(root: Root, path: string, value: unknown): void {
  if (path === '') {
    if (!isRecord(value)) throw unprocessable()
    root.value = value
    return
  }
  const place = locate(root, path)
  if (place.kind === 'object') return setOwn(place.owner, place.key, value)
  place.owner[index(place.key, place.owner.length, place.owner.length - 1)] = value
}

/** Not by assignment: `__proto__` is a key like any other in JSON. */
function setOwn(owner: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, writable: true, enumerable: true, configurable: true })
}

/** Negative indexes count back from `size`; `highest` is the largest allowed. */
function index(key: string, size: number, highest: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw unprocessable()
  const number = Number(key)
  const at = number < 0 ? number + size : number
  if (at < 0 || at > highest) throw unprocessable()
  return at
}
