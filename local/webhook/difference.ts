import { isDeepStrictEqual } from 'node:util'
import { isRecord } from '../kubernetes/object.ts'

/** One step of a JSON Patch that only adds and replaces. */
export interface PatchStep {
  readonly op: 'add' | 'replace'
  /** A JSON Pointer. */
  readonly path: string
  readonly value: unknown
}

/**
 * The JSON Patch that makes `after` of `before`. What lost a part is replaced as a whole.
 *
 * Numbers that did not change are not in it, so that none passes through a double on its way.
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function difference(before: unknown, after: unknown, path = ''): readonly PatchStep[] {
  if (isDeepStrictEqual(before, after)) return []
  const [old, now] = [childrenOf(before), childrenOf(after)]
  if (old === undefined || now === undefined || Array.isArray(before) !== Array.isArray(after))
    return [{ op: 'replace', path, value: after }]
  if ([...old.keys()].some((key) => !now.has(key))) return [{ op: 'replace', path, value: after }]
  return [...now].flatMap(([key, value]) => {
    const place = `${path}/${pointerStep(key)}`
    return old.has(key)
      ? difference(old.get(key), value, place)
      : [{ op: 'add', path: place, value }]
  })
}

/** The items of a list by index, the values of an object by key; undefined for anything else. */
function childrenOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.map((item, index) => [String(index), item]))
  return isRecord(value) ? new Map(Object.entries(value)) : undefined
}

function pointerStep(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
