import { aggregated, badRequest } from './errors.ts'
import type { StatusError } from './errors.ts'
import { isRecord, listAt, textAt } from './object.ts'
import { labelKey, labelValue } from './resources/validation/names.ts'

/** One demand on the labels of an object. */
export interface Requirement {
  readonly key: string
  readonly operator: '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'
  readonly values: readonly string[]
}

export type Labels = Readonly<Record<string, string>>

/**
 * Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`.
 *
 * @throws {StatusError} 400 for text that is no label selector, and for keys and values no label can have.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go
 */
export function parseLabelSelector(text: string): readonly Requirement[] {
  const tokens = text.match(/==|!=|[=!<>(),]|[^\s=!<>(),]+/g) ?? []
  const requirements: Requirement[] = []
  let position = 0
  const peek = (): string => tokens[position] ?? ''
  const next = (): string => tokens[position++] ?? ''
  while (position < tokens.length) {
    if (!isWord(peek()) && peek() !== '!') {
      throw badRequest(`found '${peek()}', expected: !, identifier, or 'end of string'`)
    }
    requirements.push(checked(requirement(peek, next)))
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
  const negated = peek() === '!'
  if (negated) next()
  const key = next()
  if (!isWord(key)) throw unparsed(`found '${key}', expected: identifier`)
  const problems = labelKey(key)
  if (problems.length > 0) throw unparsed(invalidPart('<nil>', key, problems.join('; ')))
  if (negated) return { key, operator: '!', values: [] }
  const word = peek()
  if (word === '' || word === ',') return { key, operator: 'exists', values: [] }
  next()
  const operator = COMPARISONS[word]
  if (operator !== undefined) return { key, operator, values: [exactValue(peek, next)] }
  if (word === 'in' || word === 'notin') return { key, operator: word, values: setOf(peek, next) }
  throw unparsed(`found '${word}', expected: in, notin, =, ==, !=, gt, lt`)
}

function exactValue(peek: () => string, next: () => string): string {
  if (peek() === '' || peek() === ',') return ''
  const value = next()
  if (isWord(value)) return value
  throw unparsed(`found '${value}', expected: identifier`)
}

function setOf(peek: () => string, next: () => string): readonly string[] {
  const open = next()
  if (open !== '(') throw unparsed(`found '${open}' expected: '('`)
  const values: string[] = []
  for (;;) {
    // An empty place between commas is an empty value
    values.push(isWord(peek()) ? next() : '')
    const token = next()
    if (token === ')') return [...new Set(values)].toSorted()
    if (token !== ',') throw unparsed(`found '${token}', expected: ',' or ')'`)
  }
}

/** Values must be those a label can have; everything that is wrong with them is named. */
function checked(one: Requirement): Requirement {
  const compares = one.operator === 'gt' || one.operator === 'lt'
  const problems = one.values.flatMap((value, index) => {
    const path = `values[${index}]`
    const label = labelValue(value).join('; ')
    return [
      ...(compares && !/^[+-]?\d+$/.test(value) ? [invalidPart(path, value, NO_INTEGER)] : []),
      ...(label === '' ? [] : [invalidPart(`${path}[${one.key}]`, value, label)]),
    ]
  })
  if (problems.length === 0) return one
  throw unparsed(aggregated(problems))
}

const NO_INTEGER = "for 'Gt', 'Lt' operators, the value must be an integer"

function isWord(token: string): boolean {
  return token !== '' && !/^[=!<>(),]/.test(token)
}

function invalidPart(path: string, value: string, problem: string): string {
  return `${path}: Invalid value: ${JSON.stringify(value)}: ${problem}`
}

function unparsed(problem: string): StatusError {
  return badRequest(`unable to parse requirement: ${problem}`)
}

export function matchesLabels(requirements: readonly Requirement[], labels: Labels = {}): boolean {
  return requirements.every((requirement) => matches(requirement, textAt(labels, requirement.key)))
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
    Object.entries(wanted).every(([key, value]) => textAt(labels, key) === value) &&
    listAt(selector, 'matchExpressions').every(
      (expression) => isRecord(expression) && matchesExpression(expression, labels),
    )
  )
}

function matchesExpression(expression: Record<string, unknown>, labels: Labels): boolean {
  const value = textAt(labels, String(expression['key']))
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
