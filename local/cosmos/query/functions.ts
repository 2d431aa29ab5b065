import { canonical, isSame, typeOf } from './value.ts'
import type { Value } from './value.ts'

/** A built-in function: how many arguments it takes, and what it yields. */
export interface BuiltIn {
  readonly min: number
  readonly max: number
  readonly call: (args: readonly Value[]) => Value
}

/**
 * The supported built-in functions. All of them yield `undefined` for arguments of the wrong type, except those
 * that ask about a type.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions
 */
export const FUNCTIONS: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ['IS_DEFINED', test((type) => type !== 'undefined')],
  ['IS_NULL', test((type) => type === 'null')],
  ['IS_BOOL', test((type) => type === 'boolean')],
  ['IS_NUMBER', test((type) => type === 'number')],
  ['IS_STRING', test((type) => type === 'string')],
  ['IS_ARRAY', test((type) => type === 'array')],
  ['IS_OBJECT', test((type) => type === 'object')],
  ['IS_PRIMITIVE', test((type) => ['null', 'boolean', 'number', 'string'].includes(type))],
  ['STARTSWITH', search((text, part) => text.startsWith(part))],
  ['ENDSWITH', search((text, part) => text.endsWith(part))],
  ['CONTAINS', search((text, part) => text.includes(part))],
  ['LOWER', onText((text) => text.toLowerCase())],
  ['UPPER', onText((text) => text.toUpperCase())],
  ['LENGTH', onText((text) => text.length)],
  ['CONCAT', { min: 2, max: 200, call: concat }],
  ['ARRAY_CONTAINS', { min: 2, max: 2, call: arrayContains }],
  ['ARRAY_LENGTH', { min: 1, max: 1, call: ([list]) => (isList(list) ? list.length : undefined) }],
])

function test(holds: (type: ReturnType<typeof typeOf>) => boolean): BuiltIn {
  return { min: 1, max: 1, call: ([value]) => holds(typeOf(value)) }
}

function onText(convert: (text: string) => Value): BuiltIn {
  return {
    min: 1,
    max: 1,
    call: ([text]) => (typeof text === 'string' ? convert(text) : undefined),
  }
}

/** The third argument, if true, makes the search ignore case. */
function search(holds: (text: string, part: string) => boolean): BuiltIn {
  return {
    min: 2,
    max: 3,
    call: (args) => {
      const [text, part] = args
      // Left out is not the same as undefined
      const ignoresCase = args.length > 2 ? args[2] : false
      if (typeof text !== 'string' || typeof part !== 'string') return undefined
      if (typeof ignoresCase !== 'boolean') return undefined
      return ignoresCase ? holds(text.toLowerCase(), part.toLowerCase()) : holds(text, part)
    },
  }
}

function concat(parts: readonly Value[]): Value {
  return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined
}

function isList(value: Value): value is readonly (string | number | boolean | null)[] {
  return Array.isArray(value)
}

function arrayContains([list, wanted]: readonly Value[]): Value {
  if (!isList(list) || wanted === undefined) return undefined
  const text = canonical(wanted)
  return list.some((element) => isSame(element, wanted) || canonical(element) === text)
}
