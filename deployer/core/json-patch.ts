import { isDeepStrictEqual } from 'node:util'
import { at } from './object.ts'
import type { KubeObject } from './object.ts'

/** One step of an RFC 6902 patch. */
export type Operation =
  | { readonly op: 'add'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/** Where an object is, and what a reader of it cannot write. */
const NOT_WRITTEN = ['apiVersion', 'kind', 'status', 'metadata']
/** The parts of its metadata that are written. */
const METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences']

/**
 * The patch that makes one object of another: lists and maps that differ are replaced as a whole.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function patchBetween(before: KubeObject, after: KubeObject): readonly Operation[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return [
    ...operations(
      '',
      before,
      after,
      keys.filter((key) => !NOT_WRITTEN.includes(key)),
    ),
    ...operations('/metadata', before.metadata, after.metadata, METADATA),
  ]
}

function operations(
  path: string,
  before: unknown,
  after: unknown,
  keys: readonly string[],
): readonly Operation[] {
  return keys.flatMap((key): readonly Operation[] => {
    const [old, value] = [at(before, key), at(after, key)]
    const place = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (isDeepStrictEqual(old, value)) return []
    return value === undefined
      ? [{ op: 'remove', path: place }]
      : [{ op: 'add', path: place, value }]
  })
}
