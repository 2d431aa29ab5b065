import { BUILT_IN_KINDS, findKind } from './kinds.ts'
import { textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** What hangs on them, data or other people's objects, would go with them. */
const HOLD_MORE = ['CustomResourceDefinition', 'Namespace', 'PersistentVolumeClaim']

/**
 * Whether an object may be deleted to be made anew with other values: only if it holds no more than its manifest says.
 * Behind a custom resource anything can stand, a database too; a StatefulSet may be told to take its claims with it.
 */
export function isReplaceable(live: KubeObject): boolean {
  if (findKind(BUILT_IN_KINDS, live) === undefined || HOLD_MORE.includes(live.kind)) return false
  return textAt(live, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') !== 'Delete'
}
