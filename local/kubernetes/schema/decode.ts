import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import type { Field, MapShape, Shape } from './shape.ts'
import { canonicalScalar, DecodeProblem } from './scalar.ts'

export { DecodeProblem } from './scalar.ts'

/** What Go's decoder makes of a JSON object, and the fields it did not know. */
export interface Decoded {
  readonly value: JsonObject
  /** Paths such as `spec.containers[0].imagee`. */
  readonly unknown: readonly string[]
}

/**
 * Decodes and encodes once, as the API server does with every object it reads: unknown fields and nulls disappear, empty
 * values disappear or appear by the Go type's rules, quantities and times get their canonical text.
 *
 * @throws {DecodeProblem} with Go's own sentence when a value has the wrong type.
 */
export function decode(raw: JsonObject, shape: MapShape): Decoded {
  const unknown: string[] = []
  const value = decodeStruct(raw, shape, { unknown, path: '', goPath: '', struct: '' })
  return { value, unknown }
}

interface Place {
  readonly unknown: string[]
  /** With indexes, as warnings show it. */
  readonly path: string
  /** Without indexes, as Go's decoder shows it. */
  readonly goPath: string
  /** The Go structure around this place; empty in a custom resource, which Go has no type for. */
  readonly struct: string
}

function decodeStruct(raw: JsonObject, shape: MapShape, outside: Place): JsonObject {
  const result: JsonObject = {}
  const place = shape.name === '' ? outside : { ...outside, struct: structName(shape.name) }
  for (const [key, value] of Object.entries(raw)) {
    const named = shape.fields.get(key)
    const field = named ?? shape.element
    if (field === undefined) {
      place.unknown.push(join(place.path, key))
      continue
    }
    const next =
      value === null
        ? decodeNull(field, named !== undefined, place)
        : decodeField(value, field, inside(place, key, named !== undefined))
    if (next !== undefined) put(result, key, next)
  }
  for (const [key, field] of shape.fields) {
    if (!(key in raw)) addZero(result, key, field)
  }
  return result
}

/** An assignment to `__proto__`, which a ConfigMap may well have as a key, would make no key. */
function put(result: JsonObject, key: string, value: unknown): void {
  if (key in result)
    Object.defineProperty(result, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  else result[key] = value
}

function structName(schema: string): string {
  return schema.slice(schema.lastIndexOf('.') + 1)
}

/** A null is the zero value in a Go map, absence in a Go structure, and a matter of the schema in a custom resource. */
function decodeNull(field: Field, named: boolean, place: Place): unknown {
  if (field.go !== undefined) return zeroOf(field)
  if (place.struct === '') return null
  return named ? undefined : zeroItem(field)
}

function inside(place: Place, key: string, named: boolean): Place {
  return {
    ...place,
    path: join(place.path, key),
    goPath: named ? join(place.goPath, key) : place.goPath,
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** undefined means that the field disappears. */
function decodeField(raw: unknown, field: Field, place: Place): unknown {
  const shape = field.shape()
  const go = field.go
  const value = decodeValue(raw, shape, { field, place })
  if (go === undefined || go.pointer) return value
  if (go.omitEmpty && isEmpty(value, go.collection)) return undefined
  if (go.omitZero && isRecord(value) && isAllZero(value)) return undefined
  return value
}

interface Where {
  readonly field: Field
  readonly place: Place
}

function decodeValue(raw: unknown, shape: Shape, where: Where): unknown {
  // Nothing is decoded into a type here: a wrong value is the schema's to refuse, with the other wrong ones
  if (where.place.struct === '' && !fits(raw, shape)) return raw
  switch (shape.kind) {
    case 'open':
      return raw
    case 'scalar':
      if (typeof raw === 'object') throw mismatch(raw, where, shape)
      return canonicalScalar(raw, shape, () => mismatch(raw, where, shape))
    case 'list':
      if (!Array.isArray(raw)) throw mismatch(raw, where, shape)
      return raw.map((item, index) => decodeItem(item, shape.element, where, index))
    default:
      if (!isRecord(raw)) throw mismatch(raw, where, shape)
      return decodeStruct(raw, shape, where.place)
  }
}

function fits(raw: unknown, shape: Shape): boolean {
  if (shape.kind === 'list') return Array.isArray(raw)
  return shape.kind === 'map' ? isRecord(raw) : shape.kind === 'open'
}

function decodeItem(raw: unknown, element: Field, where: Where, index: number): unknown {
  const place = { ...where.place, path: `${where.place.path}[${index}]` }
  if (raw === null) return zeroItem(element)
  return decodeValue(raw, element.shape(), { ...where, place })
}

function zeroItem(element: Field): unknown {
  const shape = element.shape()
  if (shape.kind === 'map') return decode({}, shape).value
  return shape.kind === 'scalar' && shape.type === 'string' ? '' : null
}

function addZero(result: JsonObject, key: string, field: Field): void {
  const zero = zeroOf(field)
  if (zero !== undefined) result[key] = zero
}

function zeroOf(field: Field): unknown {
  const go = field.go
  if (go === undefined || go.omitZero || (go.pointer && go.omitEmpty)) return undefined
  if (go.pointer) return null
  const shape = field.shape()
  if (go.collection) return go.omitEmpty ? undefined : null
  // A quantity is a structure to Go, and no structure is ever empty
  if (go.type === 'resource.Quantity') return '0'
  if (shape.kind === 'map') return decode({}, shape).value
  if (isTime(go.type)) return null
  if (go.omitEmpty) return undefined
  return shape.kind === 'scalar' ? zeroScalar(shape.type, go.type) : undefined
}

function zeroScalar(type: string, goType: string): unknown {
  if (goType === 'resource.Quantity') return '0'
  if (goType === 'intstr.IntOrString') return 0
  if (type === 'boolean') return false
  return type === 'integer' || type === 'number' ? 0 : ''
}

function isTime(goType: string): boolean {
  return goType === 'v1.Time' || goType === 'v1.MicroTime'
}

function isEmpty(value: unknown, collection: boolean): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isRecord(value)) return collection && Object.keys(value).length === 0
  return value === '' || value === 0 || value === false
}

function isAllZero(value: JsonObject): boolean {
  return Object.values(value).every((item) => item === null || (isRecord(item) && isAllZero(item)))
}

function mismatch(raw: unknown, { field, place }: Where, shape: Shape): DecodeProblem {
  const type = goTypeOf(field, shape)
  return new DecodeProblem(
    `json: cannot unmarshal ${jsonType(raw, shape)} into Go struct field ${place.struct}.${place.goPath} of type ${type}`,
  )
}

function jsonType(raw: unknown, shape: Shape): string {
  if (Array.isArray(raw)) return 'array'
  if (typeof raw === 'object') return 'object'
  if (typeof raw === 'boolean') return 'bool'
  const whole = shape.kind === 'scalar' && shape.type === 'integer'
  return typeof raw === 'number' && whole ? `number ${raw}` : typeof raw
}

/** An element's type when the value inside a collection is wrong, the field's own otherwise. */
function goTypeOf(field: Field, shape: Shape): string {
  const type = field.go?.type
  if (type !== undefined) {
    const collection =
      shape.kind === 'list' || (shape.kind === 'map' && shape.element !== undefined)
    return collection ? type : type.replace(/^(\[\]|map\[string\])/, '')
  }
  if (shape.kind !== 'scalar')
    return shape.kind === 'list' ? '[]interface {}' : 'map[string]interface {}'
  if (shape.type === 'integer') return shape.format ?? 'int64'
  return shape.type === 'boolean' ? 'bool' : shape.type === 'number' ? 'float64' : 'string'
}
