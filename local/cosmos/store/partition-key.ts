import { partitionKeyIncomplete, partitionKeyInvalid } from '../errors.ts'
import { isJsonObject, parseJson, property } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/**
 * One logical partition, as canonical JSON text: `"a"`, `7`, `true`, `null`, or `{}` for items that have no
 * value at the partition key path (the SDK calls it `PartitionKey.None`).
 */
export type PartitionKey = string & { readonly __brand: 'PartitionKey' }

const NONE = '{}' as PartitionKey

/**
 * The partition a request addresses, from its `x-ms-documentdb-partitionkey` header: a JSON array of one value.
 *
 * @returns `undefined` without the header.
 * @throws {Refusal} 400 if the header is no array of exactly one string, number, boolean, null or `{}`.
 */
export function partitionOfHeader(header: string | null): PartitionKey | undefined {
  if (header === null) return undefined
  const values = parseJson(header)
  if (!Array.isArray(values)) throw partitionKeyInvalid(header)
  const [value, ...more] = values
  if (value === undefined) throw partitionKeyIncomplete()
  // Two values are a hierarchical key, which this stand-in does not declare.
  const partition = more.length === 0 ? canonical(value) : undefined
  if (partition === undefined) throw partitionKeyInvalid(header)
  return partition
}

/**
 * The same, where an operation cannot do without.
 *
 * @throws {Refusal} 400 if the header is missing.
 */
export function requirePartition(header: string | null): PartitionKey {
  const partition = partitionOfHeader(header)
  if (partition === undefined) throw partitionKeyIncomplete()
  return partition
}

/**
 * The partition an item belongs to by its own content.
 *
 * @param path Such as `/partitionKey` or `/address/city`.
 * @throws {Refusal} 400 if there is an array or an object at that path.
 */
export function partitionOfItem(item: JsonObject, path: string): PartitionKey {
  let value: Json | undefined = item
  for (const name of path.slice(1).split('/')) value = property(value, name)
  if (value === undefined) return NONE
  const partition = isJsonObject(value) ? undefined : canonical(value)
  if (partition === undefined) throw partitionKeyInvalid(JSON.stringify(value))
  return partition
}

function canonical(value: Json): PartitionKey | undefined {
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? NONE : undefined
  return Array.isArray(value) ? undefined : (JSON.stringify(value) as PartitionKey)
}
