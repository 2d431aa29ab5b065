import type { StatusCause } from '../../errors.ts'

/**
 * The sentences of field errors.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/field/errors.go
 */
export function required(field: string, detail = ''): StatusCause {
  return cause('FieldValueRequired', field, withDetail('Required value', detail))
}

export function invalidValue(field: string, value: unknown, detail: string): StatusCause {
  return cause('FieldValueInvalid', field, withDetail(`Invalid value: ${shown(value)}`, detail))
}

/** Where no single value is at fault. */
export function invalidAsAWhole(field: string, detail: string): StatusCause {
  return cause('FieldValueInvalid', field, `Invalid value: ${detail}`)
}

export function notSupported(
  field: string,
  value: unknown,
  supported: readonly string[],
): StatusCause {
  const list = supported.map((one) => JSON.stringify(one))
  const detail = `supported values: ${list.join(', ')}`
  return cause(
    'FieldValueNotSupported',
    field,
    withDetail(`Unsupported value: ${shown(value)}`, detail),
  )
}

export function forbiddenField(field: string, detail: string): StatusCause {
  return cause('FieldValueForbidden', field, withDetail('Forbidden', detail))
}

export function duplicate(field: string, value: unknown): StatusCause {
  return cause('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`)
}

export function tooLong(field: string, maximum: number): StatusCause {
  return cause('FieldValueTooLong', field, `Too long: may not be more than ${maximum} bytes`)
}

export const IMMUTABLE = 'field is immutable'

function cause(reason: string, field: string, message: string): StatusCause {
  return { reason, message, field }
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`
}

function shown(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value)
}
