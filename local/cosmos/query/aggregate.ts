import type { Expression } from './syntax.ts'
import { notSupported } from './query-error.ts'
import { order, typeOf } from './value.ts'
import type { Value } from './value.ts'

/** A function of many values, such as COUNT; missing (undefined) values never count. */
export type Aggregate = (values: readonly Value[]) => Value

/**
 * The aggregate an expression is, and what it is of.
 *
 * @returns `undefined` if the expression is none: `SELECT VALUE c.x`.
 * @throws {Refusal} 400 unless it has exactly one argument.
 * @see https://learn.microsoft.com/azure/cosmos-db/nosql/query/aggregate-functions
 */
export function aggregateOf(
  expression: Expression,
): { readonly aggregate: Aggregate; readonly of: Expression } | undefined {
  if (expression.type !== 'call') return undefined
  const aggregate = AGGREGATES.get(expression.name)
  if (!aggregate) return undefined
  const [of, ...more] = expression.of
  if (!of || more.length > 0)
    throw notSupported(`${expression.name} without exactly one argument`, expression)
  return { aggregate, of }
}

const AGGREGATES: ReadonlyMap<string, Aggregate> = new Map<string, Aggregate>([
  ['COUNT', (values) => defined(values).length],
  ['SUM', sum],
  ['AVG', average],
  ['MIN', (values) => extreme(values, -1)],
  ['MAX', (values) => extreme(values, 1)],
])

function defined(values: readonly Value[]): readonly Value[] {
  return values.filter((value) => value !== undefined)
}

/** One value that is no number makes the whole undefined. */
function sum(values: readonly Value[]): Value {
  let total = 0
  for (const value of defined(values)) {
    if (typeof value !== 'number') return undefined
    total += value
  }
  return total
}

function average(values: readonly Value[]): Value {
  const count = defined(values).length
  const total = sum(values)
  return count === 0 || typeof total !== 'number' ? undefined : total / count
}

/** Arrays and objects have no order: one of them makes the whole undefined. */
function extreme(values: readonly Value[], sign: -1 | 1): Value {
  const candidates = defined(values)
  if (candidates.some((value) => ['array', 'object'].includes(typeOf(value)))) return undefined
  return candidates.reduce(
    (best, value) => (best === undefined || order(value, best) * sign > 0 ? value : best),
    undefined,
  )
}
