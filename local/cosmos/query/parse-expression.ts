import { notSupported } from './query-error.ts'
import type { Comparison, Expression } from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * Reads one scalar expression. From loose to tight: OR, AND, comparison (with IN, BETWEEN, LIKE) or NOT, primary.
 *
 * @throws {Refusal} 400 for bad syntax, and for arithmetic, `??`, `||`, `? :` and sub-queries, which are not supported.
 */
export function parseExpression(reader: TokenReader): Expression {
  return reader.deeper(() => parseJoined(reader, 'OR', () => parseJoined(reader, 'AND', parseNot)))
}

/** One list however long, since queries are made with thousands of OR, and each level of a tree is one of recursion. */
function parseJoined(
  reader: TokenReader,
  keyword: 'AND' | 'OR',
  parsePart: (reader: TokenReader) => Expression,
): Expression {
  const first = parsePart(reader)
  const of = [first]
  while (reader.takeKeyword(keyword)) of.push(parsePart(reader))
  if (of.length === 1) return first
  const end = of.at(-1)?.end ?? first.end
  return { type: keyword === 'AND' ? 'and' : 'or', of, start: first.start, end }
}

/**
 * `NOT` of a single operand. Microsoft's own grammar has `NOT a = b` as `(NOT a) = b`, and SQL as `NOT (a = b)`; what
 * the service does with it is not documented, so it is refused without parentheses.
 *
 * @see https://github.com/Azure/azure-cosmos-dotnet-v3/blob/master/Microsoft.Azure.Cosmos/src/Query/Core/Parser/sql.g4
 */
function parseNot(reader: TokenReader): Expression {
  const { start } = reader.next
  if (!reader.takeKeyword('NOT')) return parseComparison(reader)
  const of = reader.deeper(() =>
    reader.isKeyword('NOT') ? parseNot(reader) : parsePrimary(reader),
  )
  const { kind, text } = reader.next
  const isCompared =
    (kind === 'symbol' && COMPARISONS.has(text)) ||
    ['NOT', 'IN', 'BETWEEN', 'LIKE'].some((keyword) => reader.isKeyword(keyword))
  if (isCompared)
    throw notSupported('NOT before a comparison without parentheses', { start, end: of.end })
  refuseOperator(reader)
  return { type: 'not', of, start, end: of.end }
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['=', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])

function parseComparison(reader: TokenReader): Expression {
  const left = parsePrimary(reader)
  const operator = reader.next.kind === 'symbol' ? COMPARISONS.get(reader.next.text) : undefined
  if (operator) {
    reader.take()
    const right = parsePrimary(reader)
    refuseOperator(reader)
    return { type: 'compare', operator, left, right, start: left.start, end: right.end }
  }
  const isNegated = reader.takeKeyword('NOT')
  const test = parseTest(reader, left)
  if (!test) {
    if (isNegated) reader.fail()
    refuseOperator(reader)
    return left
  }
  return isNegated ? { type: 'not', of: test, start: test.start, end: test.end } : test
}

/** `IN (…)`, `BETWEEN … AND …` or `LIKE …` after an operand; `undefined` if none of them follows. */
function parseTest(reader: TokenReader, of: Expression): Expression | undefined {
  const { start } = of
  if (reader.takeKeyword('IN')) {
    reader.expectSymbol('(')
    const among = parseList(reader, ')')
    if (among.length === 0) reader.fail()
    return { type: 'in', of, among, start, end: reader.expectSymbol(')').end }
  }
  if (reader.takeKeyword('BETWEEN')) {
    const low = parsePrimary(reader)
    reader.expectKeyword('AND')
    const high = parsePrimary(reader)
    return { type: 'between', of, low, high, start, end: high.end }
  }
  if (reader.takeKeyword('LIKE')) {
    const pattern = parsePrimary(reader)
    if (reader.isKeyword('ESCAPE')) throw notSupported('LIKE with ESCAPE', reader.next)
    return { type: 'like', of, pattern, start, end: pattern.end }
  }
  return undefined
}

const UNSUPPORTED_OPERATORS: ReadonlySet<string> = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '??',
  '?',
  '&',
  '|',
  '^',
])

function refuseOperator(reader: TokenReader): void {
  const { kind, text } = reader.next
  if (kind === 'symbol' && UNSUPPORTED_OPERATORS.has(text))
    throw notSupported(`The operator ${text}`, reader.next)
}

function parsePrimary(reader: TokenReader): Expression {
  let expression = parseOperand(reader)
  for (let steps = 0; reader.isSymbol('.') || reader.isSymbol('['); steps += 1) {
    if (steps === MAX_STEPS)
      throw notSupported(`A path of more than ${MAX_STEPS} steps`, reader.next)
    expression = parseStep(reader, expression)
  }
  return expression
}

/** No item is nested deeper. */
const MAX_STEPS = 128

function parseStep(reader: TokenReader, of: Expression): Expression {
  const { start } = of
  if (reader.takeSymbol('.')) {
    const { text: name, end } = reader.expectName()
    return { type: 'member', of, name, start, end }
  }
  reader.expectSymbol('[')
  const step = reader.take()
  const { end } = reader.expectSymbol(']')
  if (step.kind === 'string') return { type: 'member', of, name: step.value, start, end }
  if (step.kind === 'number' && Number.isInteger(step.value))
    return { type: 'element', of, index: step.value, start, end }
  throw notSupported('An index that is no string or whole number', step)
}

function parseOperand(reader: TokenReader): Expression {
  const token = reader.next
  const { start, end } = token
  switch (token.kind) {
    case 'number':
    case 'string':
      reader.take()
      return { type: 'constant', value: token.value, start, end }
    case 'parameter':
      reader.take()
      return { type: 'parameter', name: token.text, start, end }
    case 'name':
      reader.take()
      return reader.isSymbol('(')
        ? parseCall(reader, token.text, start)
        : { type: 'identifier', name: token.text, start, end }
    case 'keyword':
      return parseKeyword(reader)
    case 'symbol':
      return parseSymbol(reader)
    case 'end':
      return reader.fail()
  }
}

function parseCall(reader: TokenReader, name: string, start: number): Expression {
  reader.expectSymbol('(')
  const of = parseList(reader, ')')
  return { type: 'call', name: name.toUpperCase(), of, start, end: reader.expectSymbol(')').end }
}

const LITERALS = new Map<string, boolean | null | undefined>([
  ['TRUE', true],
  ['FALSE', false],
  ['NULL', null],
  ['UNDEFINED', undefined],
])
const UNSUPPORTED_KEYWORDS: ReadonlySet<string> = new Set([
  'ARRAY',
  'CASE',
  'EXISTS',
  'UDF',
  'SELECT',
])

function parseKeyword(reader: TokenReader): Expression {
  const token = reader.next
  const { start, end } = token
  if (token.kind !== 'keyword') return reader.fail()
  if (UNSUPPORTED_KEYWORDS.has(token.keyword)) throw notSupported(token.keyword, token)
  if (!LITERALS.has(token.keyword)) return reader.fail()
  reader.take()
  return { type: 'constant', value: LITERALS.get(token.keyword), start, end }
}

function parseSymbol(reader: TokenReader): Expression {
  const { start } = reader.next
  if (reader.takeSymbol('(')) {
    const inner = parseExpression(reader)
    return { ...inner, start, end: reader.expectSymbol(')').end }
  }
  if (reader.takeSymbol('-')) {
    const number = reader.next
    if (number.kind !== 'number') throw notSupported('The operator -', number)
    reader.take()
    return { type: 'constant', value: -number.value, start, end: number.end }
  }
  if (reader.takeSymbol('[')) {
    const of = parseList(reader, ']')
    return { type: 'array', of, start, end: reader.expectSymbol(']').end }
  }
  if (reader.takeSymbol('{')) return parseObject(reader, start)
  return reader.fail()
}

function parseObject(reader: TokenReader, start: number): Expression {
  const of: { readonly name: string; readonly value: Expression }[] = []
  while (!reader.isSymbol('}')) {
    if (of.length > 0) reader.expectSymbol(',')
    const key = reader.take()
    if (key.kind !== 'string' && key.kind !== 'name')
      throw notSupported('A property name that is no name or string', key)
    reader.expectSymbol(':')
    of.push({ name: key.kind === 'string' ? key.value : key.text, value: parseExpression(reader) })
  }
  return { type: 'object', of, start, end: reader.expectSymbol('}').end }
}

/** Expressions with commas between, up to (and not including) `close`. */
function parseList(reader: TokenReader, close: string): readonly Expression[] {
  const expressions: Expression[] = []
  while (!reader.isSymbol(close)) {
    if (expressions.length > 0) reader.expectSymbol(',')
    expressions.push(parseExpression(reader))
  }
  return expressions
}
