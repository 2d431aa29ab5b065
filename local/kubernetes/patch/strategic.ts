import { badRequest } from '../errors.ts'
import { goText } from '../fields/go-text.ts'
import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import type { MapShape, Shape } from '../schema/shape.ts'
import {
  DELETE_FROM_LIST,
  directiveKey,
  PATCH,
  RETAIN_KEYS,
  SET_ORDER,
  withoutDirectives,
  withoutNulls,
} from './directives.ts'
import { requireList } from './list-items.ts'
import { checkOrder, mergeLists, orderList } from './lists.ts'
import type { ListMerge } from './lists.ts'
import { patchFailure, wrongDocument } from './patch-errors.ts'

/**
 * Applies a strategic merge patch: lists are merged by the schema's patch strategy and merge key, and the directives
 * `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are carried out.
 *
 * @param live Never changed.
 * @param patch The parsed body, whatever it is.
 * @throws {StatusError} 400 for a body or directive of the wrong form; 500, as the real server, for most mistakes inside.
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/strategicpatch/patch.go
 */
export function strategicMerge(live: JsonObject, patch: unknown, shape: MapShape): JsonObject {
  if (patch === null) return live
  if (!isRecord(patch)) throw wrongDocument(patch, 'value of type map[string]interface {}')
  return mergeMaps(live, patch, shape)
}

function mergeMaps(live: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
  if (PATCH in patch) return replaced(patch)
  const { result, rest } = mergeOrdered(retained(live, patch), patch, shape)
  for (const [key, value] of rest) {
    if (key === RETAIN_KEYS) continue
    if (key.startsWith(DELETE_FROM_LIST)) {
      deleteFromList(result, directiveKey(key, DELETE_FROM_LIST), { value, shape })
    } else if (value === null) result.delete(key)
    else setMerged(result, key, { value, shape })
  }
  return Object.fromEntries(result)
}

function replaced(patch: JsonObject): JsonObject {
  const { [PATCH]: directive, ...rest } = patch
  if (directive === 'replace') return rest
  if (directive === 'delete') return {}
  const name = typeof directive === 'string' ? directive : badVerb(directive)
  throw patchFailure(`unknown patch type: ${name} in map: ${goText(patch)}`)
}

/** Go's complaint when it is to print something else as text. */
function badVerb(value: unknown): string {
  const type = typeof value === 'boolean' ? 'bool' : 'int64'
  return typeof value === 'object' ? goText(value) : `%!s(${type}=${goText(value)})`
}

type Fields = Map<string, unknown>

/** `$retainKeys`: of the live keys only those listed stay, and the patch may not speak of others. */
function retained(live: JsonObject, patch: JsonObject): Fields {
  const fields: Fields = new Map(Object.entries(live))
  const keys = patch[RETAIN_KEYS]
  if (keys === undefined) return fields
  const wrong = badRequest('invalid patch format of retainKeys')
  if (!Array.isArray(keys)) throw wrong
  for (const [key, value] of Object.entries(patch)) {
    const directive = [RETAIN_KEYS, DELETE_FROM_LIST, SET_ORDER].some((one) => key.startsWith(one))
    if (value !== null && !directive && !keys.includes(key)) throw wrong
  }
  return new Map([...fields].filter(([key]) => keys.includes(key)))
}

/** Lists with a `$setElementOrder` are merged and sorted together; `rest` is what is left of the patch. */
function mergeOrdered(
  result: Fields,
  patch: JsonObject,
  shape: Shape,
): { readonly result: Fields; readonly rest: Fields } {
  const rest: Fields = new Map(Object.entries(patch))
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith(SET_ORDER)) continue
    rest.delete(key)
    const order = requireList(value)
    const name = directiveKey(key, SET_ORDER)
    const ours = result.has(name) ? requireList(result.get(name)) : undefined
    const theirs = rest.has(name) ? requireList(rest.get(name)) : undefined
    const field = fieldAt(shape, name)
    checkOrder(theirs ?? [], order, field.mergeKey)
    rest.delete(name)
    if (ours === undefined && theirs === undefined) continue
    const merged =
      ours !== undefined && theirs !== undefined
        ? mergeValueLists(ours, theirs, field)
        : (ours ?? theirs ?? [])
    result.set(name, orderList(merged, { live: ours ?? [], order, mergeKey: field.mergeKey }))
  }
  return { result, rest }
}

function deleteFromList(
  result: Fields,
  key: string,
  { value, shape }: { readonly value: unknown; readonly shape: Shape },
): void {
  const live = result.get(key)
  if (!Array.isArray(live) || !Array.isArray(value)) return
  const field = fieldAt(shape, key)
  result.set(key, mergeValueLists(live, value, { ...field, deleting: true }))
}

/** What the live object does not have, or has as another type, is taken over without its directives and nulls. */
function setMerged(
  result: Fields,
  key: string,
  { value, shape }: { readonly value: unknown; readonly shape: Shape },
): void {
  const live = result.get(key)
  if (isRecord(live) && isRecord(value)) {
    const { shape: inner, strategy } = fieldAt(shape, key)
    result.set(key, strategy === 'replace' ? value : mergeMaps(live, value, inner))
  } else if (Array.isArray(live) && Array.isArray(value)) {
    result.set(key, mergeValueLists(live, value, fieldAt(shape, key)))
  } else {
    const clean = withoutDirectives(withoutNulls(value))
    if (clean === undefined) result.delete(key)
    else result.set(key, clean)
  }
}

interface PatchedField {
  readonly shape: Shape
  readonly strategy: string
  readonly mergeKey: string
  readonly deleting?: boolean
}

function mergeValueLists(
  live: readonly unknown[],
  patch: readonly unknown[],
  field: PatchedField,
): readonly unknown[] {
  if (field.strategy !== 'merge' && field.deleting !== true) return patch
  const element = field.shape.kind === 'list' ? field.shape.element.shape() : field.shape
  const merge: ListMerge = {
    mergeKey: field.mergeKey,
    deleting: field.deleting ?? false,
    mergeItems: (ours, theirs) => mergeMaps(ours, theirs, element),
  }
  return mergeLists(live, patch, merge)
}

/** `retainKeys` says how clients make patches; of the strategies it is the other one that counts here. */
function fieldAt(shape: Shape, key: string): PatchedField {
  if (shape.kind !== 'map') return { shape, strategy: '', mergeKey: '' }
  const field = shape.fields.get(key) ?? shape.element
  if (field === undefined) {
    const struct = shape.name.slice(shape.name.lastIndexOf('.') + 1)
    throw patchFailure(`unable to find api field in struct ${struct} for the json field "${key}"`)
  }
  return {
    shape: field.shape(),
    strategy: field.patchStrategy.find((one) => one !== 'retainKeys') ?? '',
    mergeKey: field.patchMergeKey ?? '',
  }
}
