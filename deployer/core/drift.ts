import { withoutAutoscaled } from './autoscaler.ts'
import { statedChanges } from './changes.ts'
import type { Change } from './changes.ts'
import { ownersOf, ownsAll } from './field-owners.ts'
import type { FieldOwner } from './field-owners.ts'
import { valueAtFieldPath } from './field-path.ts'
import { isFields } from './object.ts'
import type { KubeObject } from './object.ts'
import { ownerOf } from './ownership.ts'
import type { ObjectSet } from './ownership.ts'

/** How far a live object is from what was deployed. */
export type Drift =
  | { readonly status: 'none' | 'missing' | 'terminating' }
  /** An object of this name, but not ours. */
  | { readonly status: 'foreign'; readonly reason: string }
  /** Our own field manager wrote other values: another deploy, of other manifests. */
  | { readonly status: 'redeployed'; readonly changes: readonly Change[] }
  | {
      readonly status: 'edited'
      readonly changes: readonly Change[]
      /** Who owns the edited fields now; empty if they were removed and nobody owns them. */
      readonly managers: readonly string[]
    }

export interface DriftOptions {
  readonly set: ObjectSet
  /** Whether the inventory names this very incarnation: it is ours, even if somebody took its label. */
  readonly isMember: boolean
  /** What is asked for as the API server reads it (the answer of a dry run); as it is written by default. */
  readonly read?: KubeObject
}

/**
 * Compares what is live with what was deployed. Only fields that we state count: not the status, not what an autoscaler
 * owns, not what others added beside. A pod that has ended is as it should be.
 *
 * `before` of a change is what was found, `after` what we state; values of Secrets are masked.
 */
export function driftOf(
  desired: KubeObject,
  live: KubeObject | undefined,
  { set, isMember, read = desired }: DriftOptions,
): Drift {
  if (!live) return { status: 'missing' }
  const owner = ownerOf(live, set)
  if (owner === 'foreign') return { status: 'foreign', reason: 'belongs to another set of objects' }
  if (owner === 'nobody' && !isMember) {
    return { status: 'foreign', reason: 'an object of the same name was made by somebody else' }
  }
  if (live.metadata.deletionTimestamp !== undefined) return { status: 'terminating' }
  return edits(desired, live, withoutAutoscaled(read, live))
}

/** null is what the API server makes of it: nothing, or the empty value of the field's type. */
function isNothing({ before, after }: Change): boolean {
  return after === null && [undefined, '', 0, false].some((empty) => empty === before)
}

function isEmptied(change: Change): boolean {
  const { after } = change
  if ('before' in change) return false
  return Array.isArray(after) ? after.length === 0 : isFields(after) && !Object.keys(after).length
}

/** Without us if somebody took a part of it. */
function ownersNow(live: KubeObject, path: string, desired: KubeObject): readonly FieldOwner[] {
  const owners = ownersOf(live, path)
  return ownsAll(live, path, valueAtFieldPath(desired, path))
    ? owners
    : owners.filter(({ isUs }) => !isUs)
}

function edits(desired: KubeObject, live: KubeObject, read: KubeObject): Drift {
  const found = statedChanges(live, read)
    .filter((change) => !isNothing(change))
    .map((change) => ({ change, owners: ownersNow(live, change.path, desired) }))
    // An empty value that is ours and not there: the API server stores none
    .filter(({ change, owners }) => !isEmptied(change) || !owners.some(({ isUs }) => isUs))
  if (found.length === 0) return { status: 'none' }
  const taken = found.filter(({ owners }) => !owners.some(({ isUs }) => isUs))
  if (taken.length === 0) {
    return { status: 'redeployed', changes: found.map(({ change }) => change) }
  }
  const managers = taken.flatMap(({ owners }) => owners.map(({ manager }) => manager))
  return {
    status: 'edited',
    changes: taken.map(({ change }) => change),
    managers: [...new Set(managers)],
  }
}
