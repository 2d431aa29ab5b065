import { badRequest } from '../errors.ts'
import { isRecord } from '../object.ts'

/** What to do with the structure it stands in: `replace` or `delete`. */
export const PATCH = '$patch'
/** The keys that stay, for unions such as a deployment's strategy. */
export const RETAIN_KEYS = '$retainKeys'
/** Prefix: values to take out of a list of scalars. */
export const DELETE_FROM_LIST = '$deleteFromPrimitiveList'
/** Prefix: the order the items of a list shall have. */
export const SET_ORDER = '$setElementOrder'

/** The field a directive speaks about: what follows its slash. */
export function directiveKey(key: string, prefix: string): string {
  if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1)
  throw badRequest(
    `invalid patch format of ${prefix === SET_ORDER ? 'setElementOrder list' : 'primitive list'}`,
  )
}

export function hasDirective(item: unknown): boolean {
  return isRecord(item) && PATCH in item
}

/** Without the structures that carry a `$patch`; undefined if the value is one itself. */
export function withoutDirectives(value: unknown): unknown {
  if (hasDirective(value)) return undefined
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, withoutDirectives(item)] as const)
      .filter(([, item]) => item !== undefined),
  )
}

/** Without the nulls inside structures; those in lists stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  )
}
