import type { Json, JsonObject } from '../store/json.ts'
import { aggregateOf } from './aggregate.ts'
import { compile, objectOf } from './compile.ts'
import type { Compiled, Names } from './compile.ts'
import { parseQuery } from './parse-query.ts'
import { notSupported, queryError } from './query-error.ts'
import type { Expression, Query, Selection } from './syntax.ts'
import { canonical, order } from './value.ts'
import type { Value } from './value.ts'

/** A query made ready to run. */
export type PreparedQuery =
  /** Each item gives its row, or none, by itself: pages can be cut without looking at the rest. */
  | {
      readonly kind: 'stream'
      readonly row: (item: JsonObject) => Value
      /** Rows in all, over every page. */
      readonly top: number
    }
  /** Only all items together give the rows: sorted, distinct, skipped or aggregated. */
  | { readonly kind: 'whole'; readonly rows: (items: Iterable<JsonObject>) => readonly Json[] }

/**
 * Parses and compiles a query.
 *
 * @throws {Refusal} 400 for whatever is wrong with it or not supported; never later, while it runs.
 */
export function prepareQuery(text: string, parameters: ReadonlyMap<string, Json>): PreparedQuery {
  const query = parseQuery(text)
  const names = { alias: query.alias, parameters }
  const passes = query.where ? compile(query.where, names) : () => true
  const matches = (item: JsonObject) => passes(item) === true
  const top = query.top ? count(query.top, names) : Infinity

  const aggregate =
    query.selection.type === 'value' ? aggregateOf(query.selection.expression) : undefined
  if (aggregate) {
    refuseBesideAggregate(query)
    const of = compile(aggregate.of, names)
    const values = (items: Iterable<JsonObject>) => [...items].filter(matches).map(of)
    return { kind: 'whole', rows: (items) => defined([aggregate.aggregate(values(items))]) }
  }

  const project = projection(query.selection, names)
  if (!query.isDistinct && !query.orderBy && !query.page)
    return { kind: 'stream', top, row: (item) => (matches(item) ? project(item) : undefined) }
  const sorted = sorter(query, names)
  const cut = window(query, names, top)
  return {
    kind: 'whole',
    rows: (items) => {
      const rows = defined(sorted([...items].filter(matches)).map(project))
      return cut(query.isDistinct ? distinct(rows) : rows)
    },
  }
}

function refuseBesideAggregate({ isDistinct, top, orderBy, page, selection }: Query): void {
  const location =
    selection.type === 'value' ? selection.expression : { start: 0, end: 'SELECT'.length }
  if (isDistinct || top || orderBy || page)
    throw notSupported('An aggregate with DISTINCT, TOP, ORDER BY or OFFSET', location)
}

function projection(selection: Selection, names: Names): Compiled {
  switch (selection.type) {
    case 'star':
      return (item) => item
    case 'value':
      return compile(selection.expression, names)
    case 'list': {
      const columns = named(selection.items).map(
        ({ name, expression }) => [name, compile(expression, names)] as const,
      )
      return (item) => objectOf(columns.map(([name, column]) => [name, column(item)]))
    }
  }
}

/** Columns without a name are called `$1`, `$2` … in the order they stand. */
function named(
  items: (Selection & { readonly type: 'list' })['items'],
): readonly { readonly name: string; readonly expression: Expression }[] {
  let unnamed = 0
  const columns = items.map(({ name, expression }) => ({
    name: name ?? `$${(unnamed += 1)}`,
    expression,
  }))
  const twice = columns.find(
    ({ name }, index) => columns.findIndex((it) => it.name === name) < index,
  )
  if (twice) throw notSupported(`Two columns called '${twice.name}'`, twice.expression)
  return columns
}

function sorter(
  { orderBy }: Query,
  names: Names,
): (items: readonly JsonObject[]) => readonly JsonObject[] {
  if (!orderBy) return (items) => items
  const key = compile(orderBy.expression, names)
  const sign = orderBy.isDescending ? -1 : 1
  return (items) =>
    items
      .map((item) => ({ item, key: key(item) }))
      .toSorted((left, right) => sign * order(left.key, right.key))
      .map(({ item }) => item)
}

function window(
  { page }: Query,
  names: Names,
  top: number,
): (rows: readonly Json[]) => readonly Json[] {
  const offset = page ? count(page.offset, names) : 0
  const limit = page ? count(page.limit, names) : Infinity
  return (rows) => rows.slice(offset, offset + Math.min(limit, top))
}

function count(expression: Expression, names: Names): number {
  const value = compile(expression, names)({})
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  const message = 'TOP, OFFSET and LIMIT need a whole number that is not negative.'
  throw queryError('SC1001', message, { start: expression.start, end: expression.end })
}

function distinct(rows: readonly Json[]): readonly Json[] {
  return [...new Map(rows.map((row) => [canonical(row), row])).values()]
}

function defined(values: readonly Value[]): readonly Json[] {
  return values.filter((value) => value !== undefined)
}
