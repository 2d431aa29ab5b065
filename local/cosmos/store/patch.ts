import { badRequest, inputInvalid, preconditionFailed } from '../errors.ts'
import { itemBody } from './item.ts'
import type { Item, ItemBody } from './item.ts'
import { isJsonObject, parseJson } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/** A validated partial update. */
export interface Patch {
  readonly operations: readonly PatchOperation[]
  /** Holds for the item, or nothing is changed. */
  readonly condition?: (item: JsonObject) => boolean
}

/** One step of a patch; `path` and `from` are JSON pointers, already split. */
type PatchOperation =
  | { readonly op: 'add' | 'set' | 'replace'; readonly path: Pointer; readonly value: Json }
  | { readonly op: 'incr'; readonly path: Pointer; readonly value: number }
  | { readonly op: 'remove'; readonly path: Pointer }
  | { readonly op: 'move'; readonly path: Pointer; readonly from: Pointer }

type Pointer = readonly [string, ...string[]]

/** https://learn.microsoft.com/azure/cosmos-db/partial-document-update */
const MAX_OPERATIONS = 10
const FIXED: ReadonlySet<string> = new Set(['id', '_rid', '_self', '_etag', '_attachments', '_ts'])

/**
 * Reads the body of a PATCH: a list of operations, or `{condition, operations}`.
 *
 * @param parseCondition Turns `from c where …` into a predicate; throws 400 if it cannot.
 * @throws {Refusal} 400 unless there are 1–10 operations of the six kinds, each with a path that may change.
 */
export function parsePatch(
  text: string,
  parseCondition: (condition: string) => (item: JsonObject) => boolean,
): Patch {
  const body = parseJson(text)
  const { operations, condition } = isJsonObject(body)
    ? { operations: body['operations'], condition: body['condition'] }
    : { operations: body, condition: undefined }
  if (!Array.isArray(operations) || operations.length === 0) throw inputInvalid()
  if (operations.length > MAX_OPERATIONS)
    throw badRequest('The number of patch operations can not exceed 10.')
  if (condition !== undefined && typeof condition !== 'string') throw inputInvalid()
  return {
    operations: operations.map(parseOperation),
    ...(condition !== undefined && { condition: parseCondition(condition) }),
  }
}

function parseOperation(raw: Json): PatchOperation {
  if (!isJsonObject(raw)) throw inputInvalid()
  const { op, path: rawPath, value, from } = raw
  const path = parsePointer(rawPath)
  if (op === 'remove') return { op, path }
  if (op === 'move') return { op, path, from: parsePointer(from) }
  if (value === undefined) throw inputInvalid()
  if (op === 'incr' && typeof value === 'number') return { op, path, value }
  if (op === 'add' || op === 'set' || op === 'replace') return { op, path, value }
  throw badRequest(`The patch operation ${JSON.stringify(op)} is not supported.`)
}

function parsePointer(raw: Json | undefined): Pointer {
  if (typeof raw !== 'string' || !raw.startsWith('/')) throw inputInvalid()
  const [head, ...rest] = raw
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (head === undefined || head === '') throw inputInvalid()
  if (FIXED.has(head)) throw badRequest(`Patch of system property /${head} is not allowed.`)
  return [head, ...rest]
}

/**
 * The item after the patch; the item itself stays as it is.
 *
 * @throws {Refusal} 412 if the condition does not hold, 400 if a path is not there to be changed.
 */
export function patchItem(item: Item, { operations, condition }: Patch): ItemBody {
  if (condition && !condition(item.document)) throw preconditionFailed()
  const document = structuredClone(item.document) as Record<string, Json>
  for (const operation of operations) applyOperation(document, operation)
  return itemBody(document)
}

/** An array or object of the copy that is being patched. */
type Container = Record<string, Json> | Json[]

function applyOperation(document: Container, operation: PatchOperation): void {
  const { op, path } = operation
  switch (op) {
    case 'remove':
      take(document, path)
      return
    case 'move': {
      const value = take(document, operation.from)
      put(document, path, { value, mode: 'add' })
      return
    }
    case 'incr': {
      const present = lookUp(document, path)
      if (present !== undefined && typeof present !== 'number') throw pathNotFound(path)
      put(document, path, { value: (present ?? 0) + operation.value, mode: 'set' })
      return
    }
    case 'add':
    case 'set':
    case 'replace':
      if (op === 'replace' && lookUp(document, path) === undefined) throw pathNotFound(path)
      put(document, path, { value: operation.value, mode: op })
  }
}

/** The array or object the last step of a path is in. */
function parentOf(document: Container, path: Pointer): { parent: Container; last: string } {
  let parent: Container = document
  for (const step of path.slice(0, -1)) {
    const next: Json | undefined = own(parent, step)
    if (typeof next !== 'object' || next === null) throw pathNotFound(path)
    parent = next as Container
  }
  return { parent, last: path.at(-1) ?? '' }
}

function lookUp(document: Container, path: Pointer): Json | undefined {
  const { parent, last } = parentOf(document, path)
  return own(parent, last)
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-4 */
const INDEX = /^(?:0|[1-9]\d*)$/

/** Only what the document itself has: a path may name `__proto__`, and must not reach it. */
function own(container: Container, step: string): Json | undefined {
  if (!Array.isArray(container)) return Object.hasOwn(container, step) ? container[step] : undefined
  return INDEX.test(step) ? container[Number(step)] : undefined
}

function take(document: Container, path: Pointer): Json {
  const { parent, last } = parentOf(document, path)
  const value = own(parent, last)
  if (value === undefined) throw pathNotFound(path)
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else Reflect.deleteProperty(parent, last)
  return value
}

/** `add` inserts into an array where `set` overwrites; into an object both just write. */
function put(
  document: Container,
  path: Pointer,
  { value, mode }: { readonly value: Json; readonly mode: 'add' | 'set' | 'replace' },
): void {
  const { parent, last } = parentOf(document, path)
  if (!Array.isArray(parent)) {
    Object.defineProperty(parent, last, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
    return
  }
  if (last !== '-' && !INDEX.test(last)) throw pathNotFound(path)
  const index = last === '-' ? parent.length : Number(last)
  if (index > parent.length) throw pathNotFound(path)
  parent.splice(index, mode === 'add' || index === parent.length ? 0 : 1, value)
}

function pathNotFound(path: Pointer): Error {
  return badRequest(
    `The path /${path.join('/')} of a patch operation does not exist or cannot be changed.`,
  )
}
