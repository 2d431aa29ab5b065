import { StatusError } from './errors.ts'
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
 * RFC 6902. The document is not changed; the result is new.
 *
 * @throws {StatusError} 422 when an operation cannot be done or a test fails, with the sentence of the library
 *   kube-apiserver uses (evanphx/json-patch).
 */
export function jsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) {
    throw new StatusError(
      400,
      'BadRequest',
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    )
  }
  return operations.reduce<unknown>((current, operation) => {
    if (!isRecord(operation)) throw failed('operation is not an object')
    return applyOperation(current, operation)
  }, structuredClone(document))
}

function applyOperation(document: unknown, operation: JsonObject): unknown {
  const path = pointer(operation['path'])
  const shown = String(operation['path'])
  switch (operation['op']) {
    case 'add':
      return add(document, path, operation['value'], shown)
    case 'remove':
      return remove(document, path, shown)
    case 'replace':
      read(
        document,
        path,
        `replace operation does not apply: doc is missing key: ${shown}: missing value`,
      )
      return path.length === 0 ? operation['value'] : put(document, path, operation['value'], shown)
    case 'move': {
      const from = pointer(operation['from'])
      const value = read(document, from, `error in move for path: '${shown}': missing value`)
      return add(remove(document, from, String(operation['from'])), path, value, shown)
    }
    case 'copy': {
      const value = read(
        document,
        pointer(operation['from']),
        `error in copy for path: '${shown}': missing value`,
      )
      return add(document, path, structuredClone(value), shown)
    }
    case 'test': {
      const value = tryRead(document, path)
      if (!sameJson(value ?? null, operation['value'] ?? null)) {
        throw failed(`testing value ${shown} failed: test failed`)
      }
      return document
    }
    default:
      throw failed(`Unexpected kind: ${String(operation['op'])}`)
  }
}

function failed(message: string): StatusError {
  return new StatusError(
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {
      causes: [{ message }],
    },
  )
}

function pointer(raw: unknown): readonly string[] {
  if (typeof raw !== 'string' || (raw !== '' && !raw.startsWith('/'))) throw failed('missing path')
  if (raw === '') return []
  return raw
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function tryRead(document: unknown, path: readonly string[]): unknown {
  let current = document
  for (const key of path) {
    if (Array.isArray(current)) current = current[Number(key)] as unknown
    else current = isRecord(current) ? current[key] : undefined
  }
  return current
}

function read(document: unknown, path: readonly string[], problem: string): unknown {
  const value = tryRead(document, path)
  if (value === undefined) throw failed(problem)
  return value
}

function parentOf(
  document: unknown,
  path: readonly string[],
  what: string,
): JsonObject | unknown[] {
  const parent = tryRead(document, path.slice(0, -1))
  if (Array.isArray(parent)) return parent
  if (isRecord(parent)) return parent
  throw failed(what)
}

function add(document: unknown, path: readonly string[], value: unknown, shown: string): unknown {
  const key = path.at(-1)
  if (key === undefined) return value
  const parent = parentOf(
    document,
    path,
    `add operation does not apply: doc is missing path: "${shown}": missing value`,
  )
  if (!Array.isArray(parent)) {
    parent[key] = value
    return document
  }
  const index = key === '-' ? parent.length : Number(key)
  if (!Number.isInteger(index) || index < 0 || index > parent.length) {
    throw failed(
      `add operation does not apply: error in add for path: '${shown}': index ${key} out of bounds: invalid index referenced`,
    )
  }
  parent.splice(index, 0, value)
  return document
}

function put(document: unknown, path: readonly string[], value: unknown, shown: string): unknown {
  const parent = parentOf(
    document,
    path,
    `replace operation does not apply: doc is missing path: ${shown}: missing value`,
  )
  const key = path.at(-1) ?? ''
  if (Array.isArray(parent)) parent[Number(key)] = value
  else parent[key] = value
  return document
}

function remove(document: unknown, path: readonly string[], shown: string): unknown {
  const what = `remove operation does not apply: doc is missing path: "${shown}": missing value`
  const parent = parentOf(document, path, what)
  const key = path.at(-1) ?? ''
  if (Array.isArray(parent)) {
    if (parent[Number(key)] === undefined)
      throw failed(
        `error in remove for path: '${shown}': Unable to access invalid index: ${key}: invalid index referenced`,
      )
    parent.splice(Number(key), 1)
    return document
  }
  if (!(key in parent)) {
    throw failed(
      `error in remove for path: '${shown}': Unable to remove nonexistent key: ${key}: missing value`,
    )
  }
  delete parent[key]
  return document
}
