import { property } from '../store/json.ts'
import type { Json, JsonObject } from '../store/json.ts'
import { FUNCTIONS } from './functions.ts'
import { isLike } from './like.ts'
import { notSupported, queryError, unknownIdentifier } from './query-error.ts'
import type { Comparison, Expression } from './syntax.ts'
import { compareSameType, isSame, typeOf } from './value.ts'
import type { Value } from './value.ts'

/** An expression made ready to be asked about many items. */
export type Compiled = (item: JsonObject) => Value

/** What names in an expression stand for. */
export interface Names {
  /** What the item is called. */
  readonly alias: string
  /** `@name` → value. */
  readonly parameters: ReadonlyMap<string, Json>
}

/**
 * Turns an expression into a function of the item, with the three-valued logic of the service: what is missing or
 * of the wrong type is `undefined`, and only `true` passes a WHERE.
 *
 * @throws {Refusal} 400 for a name, parameter or function that is not there; all names are resolved here, so that
 *   a wrong query fails even over no items.
 */
export function compile(expression: Expression, names: Names): Compiled {
  const inner = (of: Expression) => compile(of, names)
  switch (expression.type) {
    case 'constant': {
      const { value } = expression
      return () => value
    }
    case 'parameter': {
      const value = names.parameters.get(expression.name)
      if (value === undefined) throw unknownIdentifier(expression.name, expression)
      return () => value
    }
    case 'identifier':
      if (expression.name !== names.alias) throw unknownIdentifier(expression.name, expression)
      return (item) => item
    case 'member': {
      const of = inner(expression.of)
      return (item) => property(of(item), expression.name)
    }
    case 'element': {
      const of = inner(expression.of)
      return (item) => element(of(item), expression.index)
    }
    case 'not': {
      const of = inner(expression.of)
      return (item) => negate(of(item))
    }
    case 'and':
      return joined(expression.of.map(inner), false)
    case 'or':
      return joined(expression.of.map(inner), true)
    case 'compare': {
      const [left, right] = [inner(expression.left), inner(expression.right)]
      return (item) => compare(expression.operator, left(item), right(item))
    }
    case 'in':
      return compileIn(inner(expression.of), expression.among.map(inner))
    case 'between': {
      const [of, low, high] = [inner(expression.of), inner(expression.low), inner(expression.high)]
      const bounds: readonly Compiled[] = [
        (item) => compare('>=', of(item), low(item)),
        (item) => compare('<=', of(item), high(item)),
      ]
      return joined(bounds, false)
    }
    case 'like':
      return compileLike(expression, names)
    case 'call':
      return compileCall(expression, names)
    case 'array': {
      const members = expression.of.map(inner)
      // An undefined member leaves no gap: the array is shorter.
      return (item) => members.map((member) => member(item)).filter((value) => value !== undefined)
    }
    case 'object': {
      const members = expression.of.map(({ name, value }) => ({ name, value: inner(value) }))
      return (item) => objectOf(members.map(({ name, value }) => [name, value(item)]))
    }
  }
}

/** An object of those members that are defined. */
export function objectOf(members: readonly (readonly [string, Value])[]): JsonObject {
  return Object.fromEntries(
    members.filter((member): member is [string, Json] => member[1] !== undefined),
  )
}

function element(list: Value, index: number): Value {
  return Array.isArray(list) ? list[index] : undefined
}

function negate(value: Value): Value {
  return typeof value === 'boolean' ? !value : undefined
}

/** AND is decided by one `false`, OR by one `true`; otherwise all must be boolean. */
function joined(parts: readonly Compiled[], deciding: boolean): Compiled {
  return (item) => {
    let areBoolean = true
    for (const part of parts) {
      const value = part(item)
      if (value === deciding) return deciding
      areBoolean &&= typeof value === 'boolean'
    }
    return areBoolean ? !deciding : undefined
  }
}

/** Values of different types cannot be compared, not even for equality: the result is undefined. */
function compare(operator: Comparison, left: Value, right: Value): Value {
  if (typeOf(left) !== typeOf(right) || left === undefined) return undefined
  if (operator === '=') return isSame(left, right)
  if (operator === '!=') return !isSame(left, right)
  const sign = compareSameType(left, right)
  if (sign === undefined) return undefined
  switch (operator) {
    case '<':
      return sign < 0
    case '<=':
      return sign <= 0
    case '>':
      return sign > 0
    case '>=':
      return sign >= 0
  }
}

function compileIn(of: Compiled, among: readonly Compiled[]): Compiled {
  return (item) => {
    const value = of(item)
    if (value === undefined) return undefined
    return among.some((candidate) => isSame(value, candidate(item)))
  }
}

function compileLike(expression: Expression & { readonly type: 'like' }, names: Names): Compiled {
  const { pattern: written } = expression
  if (written.type !== 'constant' && written.type !== 'parameter')
    throw notSupported('LIKE with a pattern that is no constant', written)
  const pattern = compile(written, names)({})
  if (typeof pattern !== 'string') return () => undefined
  if (pattern.includes('[')) throw notSupported('LIKE with a character class', written)
  const of = compile(expression.of, names)
  return (item) => {
    const text = of(item)
    return typeof text === 'string' ? isLike(text, pattern) : undefined
  }
}

/** Names that are functions of many items; see aggregate.ts. */
const AGGREGATES: ReadonlySet<string> = new Set(['COUNT', 'SUM', 'MIN', 'MAX', 'AVG'])

function compileCall(expression: Expression & { readonly type: 'call' }, names: Names): Compiled {
  const { name, of } = expression
  if (AGGREGATES.has(name))
    throw notSupported(`${name} anywhere but as SELECT VALUE ${name}(…)`, expression)
  const builtIn = FUNCTIONS.get(name)
  if (!builtIn)
    throw queryError('SC2005', `'${name}' is not a recognized built-in function name.`, expression)
  const { min, max, call } = builtIn
  if (of.length < min || of.length > max)
    throw notSupported(`${name} with ${of.length} arguments`, expression)
  const args = of.map((argument) => compile(argument, names))
  return (item) => call(args.map((argument) => argument(item)))
}
