import { createHash } from 'node:crypto'
import type { Change } from './changes.ts'
import { changesBetween } from './changes.ts'
import type { FieldConflict } from './conflicts.ts'
import { contentText } from './content.ts'
import { isCondition } from './conditions.ts'
import { INPUTS_ANNOTATION, podTemplatePath } from './inputs.ts'
import { isApplied, ownedFields } from './managed-fields.ts'
import { MIGRATION, needsMigration, withoutLastApplied } from './migration.ts'
import { keptAfter } from './orphans.ts'
import { objectRef, textAt } from './object.ts'
import type { KubeObject, ObjectRef } from './object.ts'
import { ownerOf, PART_OF_LABEL } from './ownership.ts'
import type { ObjectSet } from './ownership.ts'
import type { Rival } from './rivals.ts'
import { isDeepStrictEqual } from 'node:util'

const ACTIONS = ['create', 'configure', 'recreate', 'adopt', 'prune', 'skip', 'unchanged'] as const
const STATES = [
  'created',
  'configured',
  'recreated',
  'adopted',
  'pruned',
  'skipped',
  'unchanged',
] as const

/** What a deploy does with one object. */
export type Action = (typeof ACTIONS)[number]

/** Of objects that run as they are already, or are on their way out. */
export const SETTLED: readonly Action[] = ['unchanged', 'prune', 'skip']

/** What became of one object. */
export type State = (typeof STATES)[number]

/** One line of a plan. */
export interface PlanEntry {
  readonly ref: ObjectRef
  readonly action: Action
  /** Why, where the action does not explain itself. */
  readonly reason?: string
  readonly changes: readonly Change[]
  /** Fields that hand edits own and that the apply takes back. */
  readonly healed?: readonly FieldConflict[]
  /** Fields that cannot stand beside what is asked for, and that the apply takes out, whoever put them there. */
  readonly rivals?: readonly Rival[]
  /** Client-side apply owned fields; they are taken over first. */
  readonly migrates?: boolean
  /** A dry run of just this apply was accepted, so that it is known to be allowed. */
  readonly isTried?: boolean
  /** It could not be tried, and `reason` says why. */
  readonly isUntried?: boolean
  /** What is asked for; absent for `prune` and `skip`. */
  readonly desired?: KubeObject
  /** The incarnation the entry was decided on. */
  readonly live?: KubeObject
}

/** Everything a deploy will do, decided before it does anything. */
export interface Plan {
  /** Digest of all decisions and of what is written: two plans with one id do the same, but for values of Secrets. */
  readonly id: string
  readonly entries: readonly PlanEntry[]
}

const UNOWNED = 'nobody owned it'
const LAST_RUN_FAILED = 'its last run failed'

/** What the live object alone tells; `dry-run` means that the API server must say what an apply would change. */
export type FirstLook =
  | { readonly decided: PlanEntry }
  /** It does not exist; a dry run tells whether it may. */
  | { readonly ask: 'create' }
  | { readonly ask: 'dry-run'; readonly adopt: boolean }
  /** The pod or Job must be replaced; a dry-run create proves that it can be. */
  | { readonly ask: 'replacement'; readonly reason: string }
  | { readonly refused: 'unowned' }
  /** `owner` is the id of the set it belongs to. */
  | { readonly refused: 'foreign'; readonly owner: string }

/**
 * Decides what needs no further question.
 *
 * @param isMember Whether the inventory names this very incarnation: an object of ours that lost its label is still ours.
 */
export function firstLook(
  desired: KubeObject,
  live: KubeObject | undefined,
  options: { readonly set: ObjectSet; readonly isMember: boolean; readonly adopt: boolean },
): FirstLook {
  if (!live) return { ask: 'create' }
  const owner = ownerOf(live, options.set)
  if (owner === 'foreign') {
    return { refused: 'foreign', owner: live.metadata.labels?.[PART_OF_LABEL] ?? '' }
  }
  const adopt = owner === 'nobody' && !options.isMember
  if (adopt && !options.adopt) return { refused: 'unowned' }
  if (live.metadata.deletionTimestamp !== undefined) {
    return { decided: entry(desired, 'recreate', { live, reason: 'is being deleted' }) }
  }
  const reason = replacementReason(desired, live)
  if (reason !== undefined) {
    return { ask: 'replacement', reason: adopt ? `${UNOWNED}; ${reason}` : reason }
  }
  return isApplied(desired, live) && !needsMigration(live)
    ? { decided: entry(desired, 'unchanged', { live }) }
    : { ask: 'dry-run', adopt }
}

/**
 * Decides by what an accepted dry run answered.
 *
 * @param answer What the object will be: of the dry-run apply, or of what is left when others own nothing any more.
 */
export function afterDryRun(
  desired: KubeObject,
  live: KubeObject,
  answer: KubeObject,
  details: {
    readonly adopt: boolean
    readonly healed: readonly FieldConflict[]
    readonly rivals?: readonly Rival[]
  },
): PlanEntry {
  const migrates = needsMigration(live)
  const changes = changesBetween(withoutLastApplied(live), withoutLastApplied(answer))
  const { rivals = [] } = details
  const known = {
    live,
    changes,
    ...(rivals.length > 0 ? { rivals } : {}),
    ...(details.healed.length > 0 ? { healed: details.healed } : {}),
    ...(migrates ? { migrates } : {}),
  }
  const reasons = [...(details.adopt ? [UNOWNED] : []), ...(migrates ? [MIGRATION] : [])]
  const reason = reasons.length > 0 ? { reason: reasons.join('; ') } : {}
  if (details.adopt) return entry(desired, 'adopt', { ...known, ...reason })
  if (changes.length > 0 || migrates || rivals.length > 0)
    return entry(desired, 'configure', { ...known, ...reason })
  // Written in another way, or completed by admission: nothing to do. If only ownership changes, that is a change too.
  return isDeepStrictEqual(ownedFields(live), ownedFields(answer))
    ? entry(desired, 'unchanged', { live })
    : entry(desired, 'configure', { ...known, reason: ownershipReason(keptAfter(live, answer)) })
}

function ownershipReason(kept: readonly string[]): string {
  const why = kept.length > 0 ? `; ${kept.join(', ')} stays: ${KEPT}` : ''
  return `field ownership only${why}`
}

/** Why the API server may keep what is not stated any more. */
export const KEPT = 'a default, or a field that cannot change'

/**
 * Whether an entry that was planned again still does the same; what changes by itself (resource version, status) does
 * not count.
 */
export function isSameDecision(before: PlanEntry, after: PlanEntry): boolean {
  const decision = ({ action, reason, changes, healed, rivals, migrates, live }: PlanEntry) => [
    action,
    reason,
    changes,
    healed,
    rivals,
    migrates,
    live?.metadata.uid,
  ]
  return isDeepStrictEqual(decision(before), decision(after))
}

/** Removals that were planned and did not happen: the API server keeps some immutable fields, or has a default for them. */
export function keptFields(planned: PlanEntry, answer: KubeObject): readonly string[] {
  if (!planned.live) return []
  const gone = changesBetween(planned.live, answer).map(({ path }) => path)
  const removed = planned.changes.filter((change) => !('after' in change))
  const left = removed.filter(
    ({ path }) => !gone.some((one) => one.startsWith(path) || path.startsWith(one)),
  )
  return [...new Set([...left.map(({ path }) => path), ...keptAfter(planned.live, answer)])]
}

/** One entry; `changes` default to none. */
export function entry(
  desired: KubeObject,
  action: Action,
  details: Partial<Omit<PlanEntry, 'ref' | 'action' | 'desired'>> = {},
): PlanEntry {
  return { ref: objectRef(desired), action, changes: [], ...details, desired }
}

/** An entry about a live object that is not asked for any more. */
export function leaving(live: KubeObject, action: 'prune' | 'skip', reason: string): PlanEntry {
  return { ref: objectRef(live), action, reason, changes: [], live }
}

/** Puts entries together; the id leaves out what changes by itself (resource versions, times). */
export function planOf(entries: readonly PlanEntry[]): Plan {
  const decisions = entries.map(({ ref, action, reason, changes, live, desired }) => [
    ref,
    action,
    reason,
    changes,
    live?.metadata.uid,
    desired && action !== 'unchanged' ? contentText(desired) : undefined,
  ])
  const id = createHash('sha256').update(JSON.stringify(decisions)).digest('hex').slice(0, 12)
  return { id, entries }
}

/** Whether carrying out the plan would change nothing. */
export function isNoOp(plan: Plan): boolean {
  return writes(plan).length === 0
}

/** The entries that carrying out the plan writes. */
export function writes({ entries }: Plan): readonly PlanEntry[] {
  return entries.filter(({ action }) => action !== 'unchanged' && action !== 'skip')
}

/** How many entries of each action, none of the zeros. */
export type ActionCounts = Readonly<Partial<Record<Action, number>>>

/** In the order people read them. */
export function countActions(actions: readonly Action[]): ActionCounts {
  return Object.fromEntries(counted(ACTIONS, actions))
}

/** `1 created, 3 unchanged`: what became of them. */
export function countStates(states: readonly State[]): string {
  return counted(STATES, states)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ')
}

function counted<T>(order: readonly T[], all: readonly T[]): readonly (readonly [T, number])[] {
  return order
    .map((one) => [one, all.filter((other) => other === one).length] as const)
    .filter(([, count]) => count > 0)
}

/**
 * Why a bare pod or a Job cannot be changed in place: it ended, or reads its input only at its start. Pods of a controller
 * are the controller's business.
 */
function replacementReason(desired: KubeObject, live: KubeObject): string | undefined {
  if (desired.kind === 'Job') return jobReplacementReason(desired, live)
  if (desired.kind !== 'Pod') return undefined
  const phase = textAt(live, 'status', 'phase')
  if (phase === 'Failed') return LAST_RUN_FAILED
  if (inputsDigest(desired) !== inputsDigest(live))
    return 'a pod reads its configuration only when it starts'
  if (phase === 'Succeeded' && !isApplied(desired, live)) return 'its run is over'
  return undefined
}

/** A Job that ended badly does not run again by itself, and its pod template cannot change. */
function jobReplacementReason(desired: KubeObject, live: KubeObject): string | undefined {
  if (isCondition(live, 'Failed', 'True')) return LAST_RUN_FAILED
  return inputsDigest(desired) === inputsDigest(live)
    ? undefined
    : 'its configuration changed, which a Job reads only when it starts'
}

/** Of what a pod reads at its start, in the pod or the pod template. */
function inputsDigest(object: KubeObject): string | undefined {
  const template = podTemplatePath(object) ?? []
  return textAt(object, ...template, 'metadata', 'annotations', INPUTS_ANNOTATION)
}
