import { isRecord } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import type { StatusCause } from '../errors.ts'
import { sameJson } from './same.ts'

/** Fills in the defaults of a custom resource's schema, wherever the parent exists. */
export function applySchemaDefaults(value: unknown, schema: JsonObject): void {
  if (Array.isArray(value)) {
    const items = schema['items']
    if (isRecord(items)) for (const item of value) applySchemaDefaults(item, items)
    return
  }
  if (!isRecord(value)) return
  for (const [key, property] of properties(schema)) {
    // A null that may not be there is taken away before the default comes in
    if (value[key] === null && property['nullable'] !== true) delete value[key]
    if (value[key] === undefined && property['default'] !== undefined) {
      value[key] = structuredClone(property['default'])
    }
    applySchemaDefaults(value[key], property)
  }
  const additional = schema['additionalProperties']
  if (!isRecord(additional)) return
  for (const item of Object.values(value)) applySchemaDefaults(item, additional)
}

function properties(schema: JsonObject): [string, JsonObject][] {
  const found = isRecord(schema['properties']) ? schema['properties'] : {}
  return Object.entries(found).filter((entry): entry is [string, JsonObject] => isRecord(entry[1]))
}

/**
 * Checks a custom resource by its structural schema.
 *
 * Checked: type, required, enum, minimum, maximum, lengths, pattern, item and property counts, nullable.
 * Not checked: format, multipleOf, anyOf, oneOf, allOf, not.
 * @see https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/validation/validation.go
 */
export function validateBySchema(object: KubeObject, schema: JsonObject): readonly StatusCause[] {
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = object
  const { properties: all, ...root } = schema
  const named = isRecord(all) ? all : {}
  const { apiVersion: ____, kind: _____, metadata: ______, ...own } = named
  const whole = { ...root, properties: own }
  return [...checkValue(rest, whole, ''), ...repeated(rest, whole, '')]
}

/** One value by its schema, and everything inside it. */
export function checkValue(
  value: unknown,
  schema: JsonObject,
  field: string,
): readonly StatusCause[] {
  if (value === null) {
    return schema['nullable'] === true ? [] : [typeProblem(field, 'null', wantedType(schema))]
  }
  const wrong = wrongType(value, schema)
  if (wrong !== undefined) return [typeProblem(field, wrong, wantedType(schema))]
  return [
    ...bounds(value, schema, field),
    ...counts(value, schema, field),
    ...enumeration(value, schema, field),
    ...(Array.isArray(value) ? items(value, schema, field) : []),
    ...(isRecord(value) ? members(value, schema, field) : []),
  ]
}

function wrongType(value: unknown, schema: JsonObject): string | undefined {
  const wanted = wantedType(schema)
  if (wanted === undefined) return undefined
  const whole = typeof value === 'number' && Number.isInteger(value)
  const type = Array.isArray(value) ? 'array' : whole ? 'integer' : typeof value
  if (wanted === INT_OR_STRING) return whole || type === 'string' ? undefined : type
  if (wanted === 'number' && whole) return undefined
  return type === wanted ? undefined : type
}

const INT_OR_STRING = 'integer,string'

function wantedType(schema: JsonObject): unknown {
  return schema['x-kubernetes-int-or-string'] === true ? INT_OR_STRING : schema['type']
}

function typeProblem(field: string, found: string, wanted: unknown): StatusCause {
  const at = field === '' ? '<nil>' : field
  return {
    reason: 'FieldValueTypeInvalid',
    field: at,
    message: `Invalid value: ${JSON.stringify(found)}: ${field} in body must be of type ${String(wanted)}: ${JSON.stringify(found)}`,
  }
}

function enumeration(value: unknown, schema: JsonObject, field: string): readonly StatusCause[] {
  const allowed = schema['enum']
  if (!Array.isArray(allowed) || allowed.some((one) => sameJson(one, value))) return []
  const list = allowed.map((one) => JSON.stringify(one)).join(', ')
  return [
    {
      reason: 'FieldValueNotSupported',
      field,
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    },
  ]
}

function bounds(value: unknown, schema: JsonObject, field: string): readonly StatusCause[] {
  const problems: string[] = []
  const number = (key: string): number | undefined =>
    typeof schema[key] === 'number' ? schema[key] : undefined
  if (typeof value === 'number') {
    const minimum = number('minimum')
    const maximum = number('maximum')
    if (minimum !== undefined && value < minimum) {
      problems.push(`should be greater than or equal to ${minimum}`)
    }
    if (maximum !== undefined && value > maximum) {
      problems.push(`should be less than or equal to ${maximum}`)
    }
  }
  if (typeof value === 'string') problems.push(...textBounds(value, schema, number))
  const longest = number('maxLength')
  const tooLong = typeof value === 'string' && longest !== undefined && value.length > longest
  const long = {
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${longest} bytes`,
  }
  const causes = problems.map((problem) => ({
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${JSON.stringify(value)}: ${field} in body ${problem}`,
  }))
  return tooLong ? [long] : causes
}

/** How many items a list, or properties a structure, may have. */
function counts(value: unknown, schema: JsonObject, field: string): readonly StatusCause[] {
  if (!Array.isArray(value) && !isRecord(value)) return []
  const kind = Array.isArray(value) ? 'Items' : 'Properties'
  const count = Object.keys(value).length
  const fewest = schema[`min${kind}`]
  const most = schema[`max${kind}`]
  const causes: StatusCause[] = []
  if (typeof fewest === 'number' && count < fewest) {
    const text = `${field} in body should have at least ${fewest} ${kind.toLowerCase()}`
    causes.push({
      reason: 'FieldValueInvalid',
      field,
      message: `Invalid value: ${count}: ${text}`,
    })
  }
  if (typeof most === 'number' && count > most) {
    const message = `Too many: ${count}: must have at most ${most} item${most === 1 ? '' : 's'}`
    causes.push({ reason: 'FieldValueTooMany', field, message })
  }
  return causes
}

/** A set has each value once, and a list by keys each item. */
function repeated(value: unknown, schema: JsonObject, field: string): readonly StatusCause[] {
  if (Array.isArray(value)) {
    const item = isRecord(schema['items']) ? schema['items'] : {}
    return [
      ...twice(value, schema, field),
      ...value.flatMap((one, index) => repeated(one, item, `${field}[${index}]`)),
    ]
  }
  if (!isRecord(value)) return []
  const named = new Map(properties(schema))
  const additional = schema['additionalProperties']
  return Object.entries(value).flatMap(([key, one]) => {
    const inside = named.get(key) ?? (isRecord(additional) ? additional : {})
    return repeated(one, inside, field === '' ? key : `${field}.${key}`)
  })
}

function twice(
  list: readonly unknown[],
  schema: JsonObject,
  field: string,
): readonly StatusCause[] {
  const keys = schema['x-kubernetes-list-map-keys']
  const identity = (item: unknown): unknown =>
    isRecord(item) && Array.isArray(keys)
      ? Object.fromEntries(keys.map((key) => [String(key), item[String(key)]]))
      : item
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return []
  return list.flatMap((item, index) => {
    const own = identity(item)
    const isKnown = list.slice(0, index).some((other) => sameJson(identity(other), own))
    return isKnown
      ? [
          {
            reason: 'FieldValueDuplicate',
            field: `${field}[${index}]`,
            message: `Duplicate value: ${JSON.stringify(own)}`,
          },
        ]
      : []
  })
}

function textBounds(
  value: string,
  schema: JsonObject,
  number: (key: string) => number | undefined,
): readonly string[] {
  const shortest = number('minLength')
  if (shortest !== undefined && value.length < shortest) {
    return [`should be at least ${shortest} chars long`]
  }
  const pattern = schema['pattern']
  const fits = typeof pattern !== 'string' || new RegExp(pattern).test(value)
  return fits ? [] : [`should match '${pattern}'`]
}

function items(
  value: readonly unknown[],
  schema: JsonObject,
  field: string,
): readonly StatusCause[] {
  const item = schema['items']
  return isRecord(item)
    ? value.flatMap((one, index) => checkValue(one, item, `${field}[${index}]`))
    : []
}

function members(value: JsonObject, schema: JsonObject, field: string): readonly StatusCause[] {
  const inside = (key: string): string => (field === '' ? key : `${field}.${key}`)
  const named = properties(schema)
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : []
  const additional = schema['additionalProperties']
  const known = new Set(named.map(([key]) => key))
  return [
    ...required
      .filter((key) => value[key] === undefined)
      .map((key) => ({
        reason: 'FieldValueRequired',
        field: inside(key),
        message: 'Required value',
      })),
    ...named.flatMap(([key, property]) =>
      value[key] === undefined ? [] : checkValue(value[key], property, inside(key)),
    ),
    ...(isRecord(additional)
      ? Object.entries(value)
          .filter(([key]) => !known.has(key))
          .flatMap(([key, one]) => checkValue(one, additional, inside(key)))
      : []),
  ]
}
