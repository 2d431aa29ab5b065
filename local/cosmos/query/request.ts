import { inputInvalid } from '../errors.ts'
import { isJsonObject, parseJson } from '../store/json.ts'
import type { Json } from '../store/json.ts'

/** A query as it is posted. */
export interface QueryRequest {
  readonly text: string
  /** `@name` → value. */
  readonly parameters: ReadonlyMap<string, Json>
}

/**
 * Reads the body of a query: `{query, parameters?: [{name, value}]}`.
 *
 * @throws {Refusal} 400 for any other shape, and for a parameter that is there twice.
 */
export function parseQueryRequest(body: string): QueryRequest {
  const request = parseJson(body)
  if (!isJsonObject(request)) throw inputInvalid()
  const { query: text, parameters: given = [] } = request
  if (typeof text !== 'string' || !Array.isArray(given)) throw inputInvalid()
  const parameters = new Map(given.map(parseParameter))
  if (parameters.size !== given.length) throw inputInvalid()
  return { text, parameters }
}

function parseParameter(raw: Json): [string, Json] {
  if (!isJsonObject(raw)) throw inputInvalid()
  const { name, value } = raw
  if (typeof name !== 'string' || value === undefined) throw inputInvalid()
  return [name, value]
}
