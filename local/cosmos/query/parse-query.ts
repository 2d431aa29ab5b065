import { parseExpression } from './parse-expression.ts'
import { notSupported } from './query-error.ts'
import type { Expression, Query, Selection } from './syntax.ts'
import { TokenReader } from './token-reader.ts'

/**
 * Reads a query of the supported subset:
 * `SELECT [DISTINCT] [TOP n] (* | VALUE e | e [AS a], …) FROM c [WHERE e] [ORDER BY c.path [ASC|DESC]] [OFFSET n LIMIT m]`.
 *
 * @throws {Refusal} 400 for what is no query (SC1001, SC1002) and for what is one but is not supported (JOIN,
 *   GROUP BY, sub-queries, several sort keys, …).
 * @see https://learn.microsoft.com/azure/cosmos-db/nosql/query/
 */
export function parseQuery(text: string): Query {
  const reader = new TokenReader(text)
  reader.expectKeyword('SELECT')
  const isDistinct = reader.takeKeyword('DISTINCT')
  const top = reader.takeKeyword('TOP') ? parseCount(reader) : undefined
  const selection = parseSelection(reader)
  const alias = parseFrom(reader)
  const where = reader.takeKeyword('WHERE') ? parseExpression(reader) : undefined
  if (reader.isKeyword('GROUP')) throw notSupported('GROUP BY', reader.next)
  const orderBy = reader.takeKeyword('ORDER') ? parseOrderBy(reader) : undefined
  const page = reader.takeKeyword('OFFSET') ? parsePage(reader) : undefined
  if (reader.next.kind !== 'end') reader.fail()
  return {
    isDistinct,
    selection,
    alias,
    ...(top && { top }),
    ...(where && { where }),
    ...(orderBy && { orderBy }),
    ...(page && { page }),
  }
}

/** A number or a parameter; nothing else may count. */
function parseCount(reader: TokenReader): Expression {
  const token = reader.take()
  const { start, end } = token
  if (token.kind === 'number') return { type: 'constant', value: token.value, start, end }
  if (token.kind === 'parameter') return { type: 'parameter', name: token.text, start, end }
  throw notSupported('A count that is no number or parameter', token)
}

function parseSelection(reader: TokenReader): Selection {
  if (reader.takeSymbol('*')) return { type: 'star' }
  if (reader.takeKeyword('VALUE')) return { type: 'value', expression: parseExpression(reader) }
  const items = [parseSelected(reader)]
  while (reader.takeSymbol(',')) items.push(parseSelected(reader))
  return { type: 'list', items }
}

function parseSelected(reader: TokenReader): {
  readonly expression: Expression
  readonly name?: string
} {
  const expression = parseExpression(reader)
  const name = parseAlias(reader) ?? nameOf(expression)
  return name === undefined ? { expression } : { expression, name }
}

/** `c.a.b` is called `b`, `c` is called `c`; other expressions get `$1`, `$2` … when the row is made. */
function nameOf(expression: Expression): string | undefined {
  return expression.type === 'member' || expression.type === 'identifier'
    ? expression.name
    : undefined
}

function parseAlias(reader: TokenReader): string | undefined {
  if (reader.takeKeyword('AS')) return reader.expectName().text
  return reader.next.kind === 'name' ? reader.take().text : undefined
}

function parseFrom(reader: TokenReader): string {
  if (reader.next.kind === 'end') throw notSupported('A query without FROM', reader.next)
  reader.expectKeyword('FROM')
  const container = reader.expectName()
  if (reader.isSymbol('.') || reader.isSymbol('['))
    throw notSupported('FROM a part of the items', reader.next)
  const alias = parseAlias(reader) ?? container.text
  if (reader.isKeyword('IN')) throw notSupported('FROM … IN', reader.next)
  if (reader.isKeyword('JOIN')) throw notSupported('JOIN', reader.next)
  return alias
}

function parseOrderBy(reader: TokenReader): {
  readonly expression: Expression
  readonly isDescending: boolean
} {
  reader.expectKeyword('BY')
  const expression = parseExpression(reader)
  if (!isPath(expression)) throw notSupported('ORDER BY anything but a property path', expression)
  const isDescending = reader.takeKeyword('DESC')
  if (!isDescending) reader.takeKeyword('ASC')
  // Several keys need a composite index, and no container here has one; the cloud refuses it as well.
  if (reader.isSymbol(',')) throw notSupported('ORDER BY several properties', reader.next)
  return { expression, isDescending }
}

function isPath(expression: Expression): boolean {
  if (expression.type !== 'member' && expression.type !== 'element') return false
  return expression.of.type === 'identifier' || isPath(expression.of)
}

function parsePage(reader: TokenReader): {
  readonly offset: Expression
  readonly limit: Expression
} {
  const offset = parseCount(reader)
  reader.expectKeyword('LIMIT')
  return { offset, limit: parseCount(reader) }
}
