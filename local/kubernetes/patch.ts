import { badRequest, StatusError } from './errors.ts'
import { isRecord } from './object.ts'
import type { JsonObject } from './object.ts'
import { sameJson } from './schema/same.ts'

/** RFC 7386: null removes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result: JsonObject = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}

/**
 * RFC 6902, with one liberty of the library kube-apiserver uses (evanphx/json-patch): `replace` of a key that is not
 * there adds it. The document is not changed; the result is new.
 *
 * @throws {StatusError} 422 when an operation cannot be done or a test fails. Like the real server it does not say which.
 */
export function jsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    )
  }
  return operations.reduce<unknown>((current, operation) => {
    if (!isRecord(operation)) throw failed()
    return applyOperation(current, operation)
  }, structuredClone(document))
}

function applyOperation(document: unknown, operation: JsonObject): unknown {
  const path = pointer(operation['path'])
  switch (operation['op']) {
    case 'add':
      return add(document, path, operation['value'])
    case 'remove':
      return remove(document, path)
    case 'replace':
      return replace(document, path, operation['value'])
    case 'move': {
      const from = pointer(operation['from'])
      const value = present(document, from)
      return add(remove(document, from), path, value)
    }
    case 'copy':
      return add(document, path, structuredClone(present(document, pointer(operation['from']))))
    case 'test':
      if (!sameJson(read(document, path) ?? null, operation['value'] ?? null)) throw failed()
      return document
    default:
      throw failed()
  }
}

function failed(): StatusError {
  return new StatusError(
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {},
  )
}

function pointer(raw: unknown): readonly string[] {
  if (typeof raw !== 'string' || (raw !== '' && !raw.startsWith('/'))) throw failed()
  if (raw === '') return []
  return raw
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(document: unknown, path: readonly string[]): unknown {
  let current = document
  for (const key of path) {
    if (Array.isArray(current)) current = current[Number(key)] as unknown
    else current = isRecord(current) ? current[key] : undefined
  }
  return current
}

function present(document: unknown, path: readonly string[]): unknown {
  const value = read(document, path)
  if (value === undefined) throw failed()
  return value
}

function parentOf(document: unknown, path: readonly string[]): JsonObject | unknown[] {
  const parent = read(document, path.slice(0, -1))
  if (Array.isArray(parent) || isRecord(parent)) return parent
  throw failed()
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  const key = path.at(-1)
  if (key === undefined) return value
  const parent = parentOf(document, path)
  if (!Array.isArray(parent)) {
    parent[key] = value
    return document
  }
  const index = key === '-' ? parent.length : Number(key)
  if (!Number.isInteger(index) || index < 0 || index > parent.length) throw failed()
  parent.splice(index, 0, value)
  return document
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  const key = path.at(-1)
  if (key === undefined) return value
  const parent = parentOf(document, path)
  if (!Array.isArray(parent)) parent[key] = value
  else if (Number(key) in parent) parent[Number(key)] = value
  else throw failed()
  return document
}

function remove(document: unknown, path: readonly string[]): unknown {
  const key = path.at(-1)
  if (key === undefined) throw failed()
  const parent = parentOf(document, path)
  if (!(key in parent)) throw failed()
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  return document
}
