import { isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { checkValue } from '../../schema/structural.ts'
import { forbiddenField, notSupported, required } from './causes.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/**
 * What makes a schema structural, below its root: every place has a type, lists have items, defaults fit.
 *
 * @param field Where the schema stands, for the causes.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function validateStructure(schema: JsonObject, field: string): readonly StatusCause[] {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  return [
    ...Object.entries(properties).flatMap(([key, property]) =>
      place(property, `${field}.properties[${key}]`, 'for specified object fields'),
    ),
    ...place(schema['items'], `${field}.items`, 'for specified array items'),
    ...place(
      schema['additionalProperties'],
      `${field}.additionalProperties`,
      'for specified object fields',
    ),
  ]
}

function place(schema: unknown, field: string, where: string): readonly StatusCause[] {
  if (!isRecord(schema)) return []
  return [
    ...typeOf(schema, field, where),
    ...('$ref' in schema ? [forbiddenField(`${field}.$ref`, '$ref is not supported')] : []),
    ...(schema['type'] === 'array' && schema['items'] === undefined
      ? [required(`${field}.items`, 'must be specified')]
      : []),
    ...mapKeys(schema, field),
    ...defaultValue(schema, field),
    ...validateStructure(schema, field),
  ]
}

function typeOf(schema: JsonObject, field: string, where: string): readonly StatusCause[] {
  const { type } = schema
  const isOpen =
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] === true
  if (type === undefined) {
    return isOpen ? [] : [required(`${field}.type`, `must not be empty ${where}`)]
  }
  return TYPES.some((one) => one === type) ? [] : [notSupported(`${field}.type`, type, TYPES)]
}

function mapKeys(schema: JsonObject, field: string): readonly StatusCause[] {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || (Array.isArray(keys) && keys.length > 0)) {
    return []
  }
  const detail = 'must not be empty if x-kubernetes-list-type is map'
  return [required(`${field}.x-kubernetes-list-map-keys`, detail)]
}

function defaultValue(schema: JsonObject, field: string): readonly StatusCause[] {
  if (schema['default'] === undefined) return []
  return checkValue(schema['default'], schema, '').map((cause) => ({
    ...cause,
    field: `${field}.default`,
  }))
}
