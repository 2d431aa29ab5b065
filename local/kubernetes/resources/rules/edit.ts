import { isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'

/** The structure at `key`, made if it is not there. For defaulting, which changes the object in place. */
export function ensure(owner: JsonObject, key: string): JsonObject {
  const found = owner[key]
  if (isRecord(found)) return found
  const created: JsonObject = {}
  owner[key] = created
  return created
}

/** Sets `key` if it is absent; empty text counts as absent, as in Go. */
export function setDefault(owner: JsonObject, key: string, value: unknown): void {
  if (owner[key] === undefined || owner[key] === null || owner[key] === '') owner[key] = value
}

/** Sets `key` if it is absent or 0. */
export function setDefaultNumber(owner: JsonObject, key: string, value: number): void {
  if (owner[key] === undefined || owner[key] === null || owner[key] === 0) owner[key] = value
}

/** The structures of the list at `key`. */
export function records(owner: JsonObject, key: string): JsonObject[] {
  const found = owner[key]
  return Array.isArray(found) ? found.filter(isRecord) : []
}

/** The structure at `key`, if it is one. */
export function record(owner: JsonObject, key: string): JsonObject | undefined {
  const found = owner[key]
  return isRecord(found) ? found : undefined
}
