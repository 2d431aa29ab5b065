import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { parseGoField } from './go-field.ts'
import type { GoField } from './go-field.ts'

/** A single value; `any` also takes what the schema leaves open (IntOrString, Quantity). */
export interface ScalarShape {
  readonly kind: 'scalar'
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'any'
  readonly format?: string
  /** A resource quantity, which has a canonical text. */
  readonly quantity?: boolean
  /** A time with six digits after the second. */
  readonly micro?: boolean
}

/** `relation` decides who owns what: the whole list, each value of a set, or each item by its keys. */
export interface ListShape {
  readonly kind: 'list'
  readonly relation: 'atomic' | 'set' | 'map'
  readonly keys: readonly string[]
  readonly element: Field
}

/** A structure (`fields`), a map (`element`), or both; an atomic one has one owner. */
export interface MapShape {
  readonly kind: 'map'
  /** Name of the schema, empty for one that is written in place. */
  readonly name: string
  readonly atomic: boolean
  readonly fields: ReadonlyMap<string, Field>
  /** What the values of unnamed keys look like; undefined refuses them. */
  readonly element: Field | undefined
  readonly required: readonly string[]
  /** Custom resources with x-kubernetes-embedded-resource. */
  readonly embedded: boolean
}

/** No schema: maps are merged by key, lists are atomic (structured-merge-diff's "deduced" type). */
export interface OpenShape {
  readonly kind: 'open'
}

export type Shape = ScalarShape | ListShape | MapShape | OpenShape

/** A place in a structure: its shape, and what Go's encoder does to its zero value. */
export interface Field {
  readonly shape: () => Shape
  readonly schema: JsonObject
  readonly default: unknown
  readonly go: GoField | undefined
  readonly patchStrategy: readonly string[]
  readonly patchMergeKey: string | undefined
}

export const OPEN: OpenShape = { kind: 'open' }

const REFERENCE_PREFIX = '#/components/schemas/'

/** Where schemas and Go types of that name come from. */
export interface SchemaSource {
  schema(name: string): JsonObject | undefined
  goTypes(name: string): Readonly<Record<string, string>> | undefined
  /** Remembered shapes by schema name. */
  readonly shapes: Map<string, Shape>
}

/** The shape of a named schema; names that are not there are open. */
export function namedShape(name: string, source: SchemaSource): Shape {
  const known = source.shapes.get(name)
  if (known !== undefined) return known
  const schema = source.schema(name)
  const shape = schema === undefined ? OPEN : shapeOf(schema, source, name)
  source.shapes.set(name, shape)
  return shape
}

/** Reads one OpenAPI v3 schema with Kubernetes' extensions; `$ref` is followed when the shape is asked for. */
export function shapeOf(schema: JsonObject, source: SchemaSource, name = ''): Shape {
  const reference = referenceOf(schema)
  if (reference !== undefined) return namedShape(reference, source)
  if (schema['x-kubernetes-int-or-string'] === true || Array.isArray(schema['oneOf'])) {
    return {
      kind: 'scalar',
      type: 'any',
      ...(name.endsWith('.Quantity') ? { quantity: true } : {}),
    }
  }
  switch (schema['type']) {
    case 'array':
      return listShape(schema, source)
    case 'object':
      return mapShape(schema, source, name)
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean': {
      const format = schema['format']
      return {
        kind: 'scalar',
        type: schema['type'],
        ...(typeof format === 'string' ? { format } : {}),
        ...(name.endsWith('.MicroTime') ? { micro: true } : {}),
      }
    }
    default:
      return OPEN
  }
}

function listShape(schema: JsonObject, source: SchemaSource): ListShape {
  const relation = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys']
  return {
    kind: 'list',
    relation: relation === 'set' || relation === 'map' ? relation : 'atomic',
    keys: Array.isArray(keys) ? keys.map(String) : [],
    element: fieldOf(isRecord(schema['items']) ? schema['items'] : {}, source),
  }
}

function mapShape(schema: JsonObject, source: SchemaSource, name: string): Shape {
  const properties = isRecord(schema['properties']) ? schema['properties'] : undefined
  const additional = schema['additionalProperties']
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true
  if (properties === undefined && additional === undefined) return OPEN
  const types = source.goTypes(name)
  const fields = new Map<string, Field>()
  for (const [key, value] of Object.entries(properties ?? {})) {
    fields.set(key, fieldOf(isRecord(value) ? value : {}, source, types?.[key]))
  }
  const required = schema['required']
  return {
    kind: 'map',
    name,
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    fields,
    element: isRecord(additional)
      ? fieldOf(additional, source)
      : preserve || additional === true
        ? fieldOf({}, source)
        : undefined,
    required: Array.isArray(required) ? required.map(String) : [],
    embedded: schema['x-kubernetes-embedded-resource'] === true,
  }
}

/** The place a schema is used at; an extension beside a `$ref` (`allOf`) wins over the one it points to. */
export function fieldOf(schema: JsonObject, source: SchemaSource, goType?: string): Field {
  let shape: Shape | undefined
  const strategy = schema['x-kubernetes-patch-strategy']
  const mergeKey = schema['x-kubernetes-patch-merge-key']
  const atomic = schema['x-kubernetes-map-type'] === 'atomic'
  return {
    shape: () => {
      if (shape === undefined) {
        const found = shapeOf(schema, source)
        shape = atomic && found.kind === 'map' ? { ...found, atomic } : found
      }
      return shape
    },
    schema,
    default: schema['default'],
    go: goType === undefined ? undefined : parseGoField(goType),
    patchStrategy: typeof strategy === 'string' ? strategy.split(',') : [],
    patchMergeKey: typeof mergeKey === 'string' ? mergeKey : undefined,
  }
}

function referenceOf(schema: JsonObject): string | undefined {
  const parts = Array.isArray(schema['allOf']) ? schema['allOf'] : [schema]
  const reference: unknown = parts.length === 1 && isRecord(parts[0]) ? parts[0]['$ref'] : undefined
  return typeof reference === 'string' ? reference.slice(REFERENCE_PREFIX.length) : undefined
}
