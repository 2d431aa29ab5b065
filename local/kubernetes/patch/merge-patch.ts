import { badRequest } from '../errors.ts'
import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { wrongDocument } from './patch-errors.ts'

/**
 * Applies a JSON Merge Patch (RFC 7386): objects are merged, null removes, everything else replaces.
 *
 * @param document Never changed.
 * @param patch The parsed body, whatever it is.
 * @throws {StatusError} 400 for a body that is no object.
 * @see https://www.rfc-editor.org/rfc/rfc7386
 */
export function applyMergePatch(document: JsonObject, patch: unknown): JsonObject {
  if (patch === null) throw badRequest('Invalid JSON Patch')
  if (!isRecord(patch)) {
    throw wrongDocument(patch, 'value of type map[string]interface {}', 'error decoding patch: ')
  }
  return merge(document, patch)
}

function merge(target: unknown, patch: JsonObject): JsonObject {
  const result = new Map(isRecord(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, isRecord(value) ? merge(result.get(key), value) : value)
  }
  return Object.fromEntries(result)
}
