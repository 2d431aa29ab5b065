import { badRequest } from './errors.ts'
import type { StatusError } from './errors.ts'
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
 * Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`.
 *
 * @throws {StatusError} 400 for text that is no label selector, in the words of k8s.io/apimachinery/pkg/labels.
 */
export function parseLabelSelector(text: string): readonly Requirement[] {
  const tokens = text.match(/==|!=|[=!<>(),]|[^\s=!<>(),]+/g) ?? []
  const requirements: Requirement[] = []
  let position = 0
  const peek = (): string => tokens[position] ?? ''
  const next = (): string => tokens[position++] ?? ''
  while (position < tokens.length) {
    requirements.push(requirement(peek, next))
    const separator = next()
    if (separator === '') break
    if (separator !== ',') {
      throw badRequest(`found '${separator}', expected: ',' or 'end of string'`)
    }
    if (!isWord(peek()) && peek() !== '!') {
      throw badRequest(`found '${peek()}', expected: identifier after ','`)
    }
  }
  return requirements
}

const COMPARISONS: Readonly<Record<string, Requirement['operator']>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
}

function requirement(peek: () => string, next: () => string): Requirement {
  const first = next()
  if (first === '!') {
    const key = next()
    if (!isWord(key)) throw unparsed(key, 'identifier')
    return { key, operator: '!', values: [] }
  }
  if (!isWord(first))
    throw badRequest(`found '${first}', expected: !, identifier, or 'end of string'`)
  const word = peek()
  if (word === '' || word === ',') return { key: first, operator: 'exists', values: [] }
  const operator = COMPARISONS[word]
  if (operator !== undefined) {
    next()
    const value = isWord(peek()) ? next() : ''
    return { key: first, operator, values: [value] }
  }
  if (word !== 'in' && word !== 'notin') throw unparsed(word, 'in, notin, =, ==, !=, gt, lt')
  next()
  return { key: first, operator: word, values: setOf(next) }
}

function setOf(next: () => string): readonly string[] {
  const open = next()
  if (open !== '(') throw unparsed(open, "'('")
  const values: string[] = []
  let expectsValue = true
  for (;;) {
    const token = next()
    if (token === ')') {
      if (expectsValue) values.push('')
      return values
    }
    if (token === ',') {
      if (expectsValue) values.push('')
      expectsValue = true
    } else if (isWord(token) && expectsValue) {
      values.push(token)
      expectsValue = false
    } else {
      throw unparsed(token, "',' or ')'")
    }
  }
}

function isWord(token: string): boolean {
  return token !== '' && !/^[=!<>(),]/.test(token)
}

function unparsed(found: string, expected: string): StatusError {
  return badRequest(`unable to parse requirement: found '${found}', expected: ${expected}`)
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
    default:
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
  if (read === undefined) throw badRequest(unknownField(field, Object.keys(readers)))
  return (object) => (read(object) === value) === (operator !== '!=')
}

/** Kinds without fields of their own are answered in other words than those with some. */
function unknownField(field: string, known: readonly string[]): string {
  if (known.length > Object.keys(COMMON_FIELDS).length) return `field label not supported: ${field}`
  const list = known.map((one) => JSON.stringify(one)).join(', ')
  return `${JSON.stringify(field)} is not a known field selector: only ${list}`
}
