import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { badRequest } from '../errors.ts'
import type { JsonObject } from '../object.ts'
import { catalog } from './catalog.ts'

/**
 * Reads Kubernetes' protobuf, in which kubectl sends the kinds it was built with (`kubectl create`, `scale`, `auth can-i`).
 * Answers are always JSON, which every client takes.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw badRequest('the body is not in Kubernetes protobuf: it does not start with k8s\\0')
  }
  const envelope = fieldsOf(body.subarray(MAGIC.length))
  const meta = fieldsOf(bytesAt(envelope, 1))
  const apiVersion = bytesAt(meta, 1).toString('utf8')
  const kind = bytesAt(meta, 2).toString('utf8')
  const message = decodeMessage(bytesAt(envelope, 2), schemaName(apiVersion, kind))
  return { ...(message as JsonObject), apiVersion, kind }
}

export function isProtobuf(mediaType: string): boolean {
  return mediaType === 'application/vnd.kubernetes.protobuf'
}

const MAGIC = Buffer.from('k8s\0')
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** Field number → what the bytes of that number are; see `schemas/make.ts`. */
type Layout = Readonly<Record<string, string>>

let layouts: Readonly<Record<string, Layout>> | undefined

function layoutOf(name: string): Layout {
  layouts ??= JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'schemas', 'protobuf.json'), 'utf8'),
  ) as Record<string, Layout>
  return layouts[name] ?? {}
}

function schemaName(apiVersion: string, kind: string): string {
  if (kind === 'DeleteOptions') return `${META}.DeleteOptions`
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const found = catalog.names().find((name) => {
    const kinds = catalog.schema(name)?.['x-kubernetes-group-version-kind']
    return (
      Array.isArray(kinds) &&
      (kinds as readonly Record<string, unknown>[]).some(
        (one) => one['group'] === group && one['version'] === version && one['kind'] === kind,
      )
    )
  })
  if (found !== undefined) return found
  throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`)
}

type Value = bigint | Buffer
interface WireField {
  readonly number: number
  readonly value: Value
}

/** Splits a message into its fields, in order. */
function fieldsOf(message: Buffer): readonly WireField[] {
  const fields: WireField[] = []
  let offset = 0
  const varint = (): bigint => {
    let result = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[offset++]
      if (byte === undefined) throw truncated()
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, result)
    }
  }
  const take = (length: number): Buffer => {
    if (offset + length > message.length) throw truncated()
    offset += length
    return message.subarray(offset - length, offset)
  }
  while (offset < message.length) {
    const key = Number(varint())
    const wire = key & 7
    const number = key >> 3
    if (wire === 0) fields.push({ number, value: varint() })
    else if (wire === 2) fields.push({ number, value: take(Number(varint())) })
    else if (wire === 1) fields.push({ number, value: take(8) })
    else if (wire === 5) fields.push({ number, value: take(4) })
    else throw badRequest(`unknown protobuf wire type ${wire}`)
  }
  return fields
}

function truncated(): Error {
  return badRequest('the protobuf body ends too early')
}

function bytesAt(fields: readonly WireField[], number: number): Buffer {
  const found = fields.find((field) => field.number === number)?.value
  return Buffer.isBuffer(found) ? found : Buffer.alloc(0)
}

function decodeMessage(message: Buffer, name: string): unknown {
  const known = WELL_KNOWN[name.slice(name.lastIndexOf('.') + 1)]
  if (known !== undefined && name.startsWith('io.k8s.apimachinery.'))
    return known(fieldsOf(message))
  const layout = layoutOf(name)
  const result: JsonObject = {}
  for (const { number, value } of fieldsOf(message)) {
    const [key = '', kind = '', target = ''] = (layout[number] ?? '').split(',')
    if (kind === '') continue
    const decoded = decodeField(value, kind, target)
    if (key === '') Object.assign(result, decoded)
    else if (kind.startsWith('repeated ')) {
      const list = result[key]
      result[key] = Array.isArray(list) ? [...(list as unknown[]), decoded] : [decoded]
    } else if (kind.startsWith('map ')) {
      result[key] = { ...(result[key] as JsonObject | undefined), ...(decoded as JsonObject) }
    } else result[key] = decoded
  }
  return result
}

function decodeField(value: Value, kind: string, target: string): unknown {
  if (!Buffer.isBuffer(value)) return kind.endsWith('bool') ? value !== 0n : Number(value)
  if (kind.startsWith('map ')) {
    const entry = fieldsOf(value)
    const inner = decodeField(bytesAt(entry, 2), kind.slice('map '.length), target)
    return { [bytesAt(entry, 1).toString('utf8')]: inner }
  }
  if (kind.endsWith('message')) return decodeMessage(value, target)
  return kind.endsWith('bytes') ? value.toString('base64') : value.toString('utf8')
}

/** Structures that JSON writes as one value. */
const WELL_KNOWN: Readonly<Record<string, (fields: readonly WireField[]) => unknown>> = {
  Time: (fields) => time(fields, 0),
  MicroTime: (fields) => time(fields, 6),
  Quantity: (fields) => bytesAt(fields, 1).toString('utf8'),
  FieldsV1: (fields) => JSON.parse(bytesAt(fields, 1).toString('utf8') || '{}') as unknown,
  IntOrString: (fields) =>
    numberAt(fields, 1) === 1 ? bytesAt(fields, 3).toString('utf8') : numberAt(fields, 2),
}

function numberAt(fields: readonly WireField[], number: number): number {
  const found = fields.find((field) => field.number === number)?.value
  return typeof found === 'bigint' ? Number(found) : 0
}

/** An empty message is the zero time, which JSON writes as null. */
function time(fields: readonly WireField[], digits: number): string | null {
  if (fields.length === 0) return null
  const text = new Date(numberAt(fields, 1) * 1000).toISOString().slice(0, 19)
  const fraction = String(Math.floor(numberAt(fields, 2) / 1000)).padStart(6, '0')
  return digits === 0 ? `${text}Z` : `${text}.${fraction}Z`
}
