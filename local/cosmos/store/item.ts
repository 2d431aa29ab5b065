import { isResourceId } from '../path.ts'
import { idMissing, inputInvalid, tooLarge } from '../errors.ts'
import { isJsonObject, isNestedDeeper, parseJson } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/** What a client sent to be stored: an object with a usable `id`, and small enough. */
export interface ItemBody {
  readonly id: string
  /** Without the properties the service writes itself. */
  readonly properties: JsonObject
}

/** An item at rest; never changed, only replaced. */
export interface Item {
  readonly id: string
  readonly etag: string
  /** Position in the container, growing with every create; stays when the item is replaced. */
  readonly ordinal: number
  readonly document: JsonObject
  /** `document` as text, made once. */
  readonly json: string
  readonly bytes: number
}

/** https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits */
const MAX_ITEM_BYTES = 2 * 1024 * 1024
const MAX_NESTING = 128

const SYSTEM_PROPERTIES: ReadonlySet<string> = new Set([
  '_rid',
  '_self',
  '_etag',
  '_attachments',
  '_ts',
])

/**
 * Reads an item from a request's body.
 *
 * @throws {Refusal} 400 if it is no JSON object, has no string `id` or one that cannot name an item; 413 above 2 MB.
 */
export function parseItem(text: string): ItemBody {
  const value = parseJson(text)
  if (!isJsonObject(value)) throw inputInvalid()
  return itemBody(value)
}

/** The same for a value that is JSON already. */
export function itemBody(value: JsonObject): ItemBody {
  if (!Object.hasOwn(value, 'id')) throw idMissing()
  const { id } = value
  if (typeof id !== 'string' || !isResourceId(id) || isNestedDeeper(value, MAX_NESTING))
    throw inputInvalid()
  return { id, properties: withoutSystemProperties(value) }
}

/** A client may send back what it read; the system properties in it are the service's to write. */
function withoutSystemProperties(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !SYSTEM_PROPERTIES.has(name)))
}

/**
 * Makes an item of a body.
 *
 * @throws {Refusal} 413 above 2 MB.
 */
export function sealItem(
  body: ItemBody,
  system: {
    readonly rid: string
    readonly containerSelf: string
    readonly etag: string
    readonly ordinal: number
    readonly timestampSeconds: number
  },
): Item {
  const { rid, etag, ordinal } = system
  const document: Record<string, Json> = {
    ...body.properties,
    _rid: rid,
    _self: `${system.containerSelf}docs/${rid}/`,
    _etag: etag,
    _attachments: 'attachments/',
    _ts: system.timestampSeconds,
  }
  const json = JSON.stringify(document)
  const bytes = Buffer.byteLength(json)
  if (bytes > MAX_ITEM_BYTES) throw tooLarge()
  return { id: body.id, etag, ordinal, document, json, bytes }
}
