import { isJsonObject, parseJson } from '../store/json.ts'
import type { JsonObject } from '../store/json.ts'

/** The JSON object in a text; an empty one if there is none. */
export function jsonObject(text: string): JsonObject {
  const value = parseJson(text)
  return isJsonObject(value) ? value : {}
}
