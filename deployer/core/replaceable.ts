import { BUILT_IN_KINDS, findKind } from './kinds.ts'
import type { KubeObject } from './object.ts'

/** What hangs on them, data or other people's objects, would go with them. */
const HOLD_MORE = ['CustomResourceDefinition', 'Namespace', 'PersistentVolumeClaim']

/**
 * Whether an object may be deleted to be made anew with other values: only if it holds no more than its manifest says.
 * Behind a custom resource anything can stand, a database too.
 */
export function isReplaceable(object: KubeObject): boolean {
  return findKind(BUILT_IN_KINDS, object) !== undefined && !HOLD_MORE.includes(object.kind)
}
