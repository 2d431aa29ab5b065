import { badRequest } from './errors.ts'
import { isRecord, listAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** One demand on the labels, or on the fields, of an object. */
export interface Requirement {
  readonly key: string
  readonly operator: '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'
  readonly values: readonly string[]
}

export type Labels = Readonly<Record<string, string>>

/**
 * Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 *
 * @throws {StatusError} 400 for text that is no label selector.
 */
export function parseLabelSelector(text: string): readonly Requirement[] {
  return splitTop(text).map((part) => {
    const set = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part)
    if (set !== null) {
      const values = (set[3] ?? '').split(',').map((value) => value.trim())
      return { key: set[1] ?? '', operator: set[2] === 'in' ? 'in' : 'notin', values }
    }
    const pair = /^([^\s!=,()<>]+)\s*(==|=|!=|>|<)\s*([^\s!=,()]*)$/.exec(part)
    if (pair !== null) {
      return {
        key: pair[1] ?? '',
        operator: OPERATORS[pair[2] ?? ''] ?? '=',
        values: [pair[3] ?? ''],
      }
    }
    const exists = /^(!?)\s*([^\s!=,()<>]+)$/.exec(part)
    if (exists !== null) {
      return { key: exists[2] ?? '', operator: exists[1] === '!' ? '!' : 'exists', values: [] }
    }
    throw badRequest(
      `unable to parse requirement: found '${part}', expected: a label selector such as key=value`,
    )
  })
}

const OPERATORS: Readonly<Record<string, Requirement['operator']>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
}

function splitTop(text: string): readonly string[] {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

export function matchesLabels(requirements: readonly Requirement[], labels: Labels = {}): boolean {
  return requirements.every((requirement) => matches(requirement, labels[requirement.key]))
}

function matches({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case '=':
    case 'in':
      return value !== undefined && values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0])
  }
}

/** Whether a LabelSelector of a spec selects these labels; an empty selector selects everything. */
export function matchesLabelSelector(selector: unknown, labels: Labels = {}): boolean {
  if (!isRecord(selector)) return false
  const wanted = isRecord(selector['matchLabels']) ? selector['matchLabels'] : {}
  return (
    Object.entries(wanted).every(([key, value]) => labels[key] === value) &&
    listAt(selector, 'matchExpressions').every(
      (expression) => isRecord(expression) && matchesExpression(expression, labels),
    )
  )
}

function matchesExpression(expression: Record<string, unknown>, labels: Labels): boolean {
  const value = labels[String(expression['key'])]
  const values = listAt(expression, 'values')
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

export type FieldReaders = Readonly<Record<string, (object: KubeObject) => string>>

/**
 * Parses `metadata.name=x,status.phase!=Running` into a test of an object.
 *
 * @param readers The fields this kind can be selected by, beside name and namespace.
 * @throws {StatusError} 400 for a field the kind has no index for.
 */
export function parseFieldSelector(
  text: string,
  readers: FieldReaders,
): (object: KubeObject) => boolean {
  const terms = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => fieldTerm(term, { ...COMMON_FIELDS, ...readers }))
  return (object) => terms.every((term) => term(object))
}

const COMMON_FIELDS: FieldReaders = {
  'metadata.name': (object) => object.metadata.name ?? '',
  'metadata.namespace': (object) => object.metadata.namespace ?? '',
}

function fieldTerm(term: string, readers: FieldReaders): (object: KubeObject) => boolean {
  const match = /^(.*?)(!=|==|=)(.*)$/.exec(term)
  if (match === null) {
    throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`)
  }
  const [, field = '', operator, value = ''] = match
  const read = readers[field]
  if (read === undefined) throw badRequest(`field label not supported: ${field}`)
  return (object) => (read(object) === value) === (operator !== '!=')
}
