import { asText, isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { records } from '../rules/edit.ts'
import { forbiddenField, invalidValue, required } from './causes.ts'
import { labelKey, labelValue, qualifiedName } from './names.ts'

/** A LabelSelector of a spec. */
export function validateLabelSelector(selector: unknown, field: string): readonly StatusCause[] {
  if (!isRecord(selector)) return []
  const labels = isRecord(selector['matchLabels']) ? selector['matchLabels'] : {}
  return [
    ...Object.entries(labels).flatMap(([key, value]) => [
      ...labelKey(key).map((one) => invalidValue(`${field}.matchLabels`, key, one)),
      ...labelValue(asText(value)).map((one) => invalidValue(`${field}.matchLabels`, value, one)),
    ]),
    ...records(selector, 'matchExpressions').flatMap((expression, index) =>
      validateExpression(expression, `${field}.matchExpressions[${index}]`),
    ),
  ]
}

function validateExpression(expression: JsonObject, field: string): readonly StatusCause[] {
  const values = Array.isArray(expression['values']) ? expression['values'] : []
  const causes: StatusCause[] = []
  switch (expression['operator']) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        causes.push(
          required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
        )
      }
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        causes.push(
          forbiddenField(
            `${field}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        )
      }
      break
    default:
      causes.push(
        invalidValue(`${field}.operator`, expression['operator'], 'not a valid selector operator'),
      )
  }
  const key = asText(expression['key'])
  return [...causes, ...qualifiedName(key).map((one) => invalidValue(`${field}.key`, key, one))]
}
