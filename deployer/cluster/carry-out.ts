import { setTimeout as sleep } from 'node:timers/promises'
import { blockers } from '../core/blockers.ts'
import { conflictLines, conflictsOf, CONFLICT_WAYS_OUT } from '../core/conflicts.ts'
import { DeployError } from '../core/errors.ts'
import { uidsOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { objectRef, subjectOf, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { FIELD_MANAGER, PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { isSameDecision, keptFields } from '../core/plan.ts'
import type { PlanEntry, State } from '../core/plan.ts'
import type { Api, Outcome, Refused } from './api.ts'
import { apiError } from './api-error.ts'
import { applyOver } from './apply-over.ts'
import type { Cluster } from './connect.ts'
import { planObject } from './plan-object.ts'
import type { Planned } from './plan-object.ts'
import { reasonToKeep } from './reason-to-keep.ts'
import { isGone } from './removal.ts'

/** What became of one entry. */
export interface Applied {
  readonly entry: PlanEntry
  readonly state: State
  readonly live?: KubeObject
  /** Paths that were to be removed and are still there. */
  readonly kept?: readonly string[]
}

export interface CarryOutOptions {
  readonly set: ObjectSet
  readonly members: readonly Member[]
  readonly signal: AbortSignal
  /** Bound of the wait for an object to go. */
  readonly timeoutMs: number
  /** Told of an object that does not go at once, and why. */
  readonly onWaiting: (subject: string, reason: string) => void
  /** As in the plan: an object that changed meanwhile is planned again by the same rules. */
  readonly adopt?: boolean
  readonly forceConflicts?: boolean
  /** Told what would be done now, before the run stops because it differs from the plan. */
  readonly onPlanChanged?: (entry: PlanEntry) => void
}

/** How often an object may change under our hands, its plan staying the same, before the run stops. */
const MAX_ROUNDS = 5
const FRESH_ATTEMPTS = 10

/**
 * Does what one entry of a plan says, and nothing else.
 *
 * @throws {DeployError} `ERR_PLAN_CHANGED` if the object changed so that its plan is another one now.
 */
export async function carryOut(
  cluster: Cluster,
  one: PlanEntry,
  options: CarryOutOptions,
): Promise<Applied> {
  const { action, live } = one
  switch (action) {
    case 'create':
      return createNew(cluster.api, one, options)
    case 'configure':
    case 'adopt':
      return change(cluster.api, one, options)
    case 'recreate': {
      await removeOld(cluster, required(live), options)
      const created = await createNew(cluster.api, one, options)
      return { ...created, state: 'recreated' }
    }
    case 'prune':
      return prune(cluster, one, options)
    case 'unchanged':
      return { entry: one, state: 'unchanged', ...(live ? { live } : {}) }
    case 'skip':
      return { entry: one, state: 'skipped' }
    default:
      return action satisfies never
  }
}

/**
 * Creates by an apply, which is also how a lost answer is survived: asking again does no harm. There is no form of it
 * that only creates, so that an object which appeared since the plan shows in the answer (200, not 201); what was
 * added to it is then given up again, and the run stops.
 */
async function createNew(api: Api, one: PlanEntry, options: CarryOutOptions): Promise<Applied> {
  const desired = required(one.desired)
  const result = await tryWhereFresh(() => api.apply(desired), options.signal)
  if (result.done && (result.isNew || result.isRepeated || !hasOtherOwners(result.object))) {
    return { entry: one, state: 'created', live: result.object }
  }
  if (result.done) {
    const { apiVersion, kind, name, namespace } = objectRef(desired)
    const nothing = {
      apiVersion,
      kind,
      metadata: namespace === undefined ? { name } : { name, namespace },
    }
    await api.apply(nothing)
  } else if (conflictsOf(result.body).length === 0) {
    throw refusal(result, one, 'create')
  }
  const again = await planAgain(api, one, options)
  throw planChanged(one, again, options)
}

/** Whether anyone but us wrote the object itself; the status is a controller's. */
function hasOtherOwners({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, subresource }) => manager !== FIELD_MANAGER && (subresource ?? '') === '',
  )
}

/**
 * Applies what was shown. The API server itself checks, by UID and resource version, that the object is the one the
 * plan looked at; if it is not, it is planned again.
 */
async function change(api: Api, planned: PlanEntry, options: CarryOutOptions): Promise<Applied> {
  let current = planned
  for (let round = 1; ; round += 1) {
    const result = await tryWhereFresh(() => applyOnce(api, current), options.signal)
    if (result.done) {
      const kept = keptFields(current, result.object)
      const state = planned.action === 'adopt' ? 'adopted' : 'configured'
      const found = kept.length > 0 ? { kept } : {}
      return { entry: planned, state, live: result.object, ...found }
    }
    if (!isOutdated(result) || round === MAX_ROUNDS) throw conflictOr(result, current)
    const again = await planAgain(api, planned, options)
    if (!('entry' in again)) throw planChanged(planned, again, options)
    // what was to be done is done already: by an attempt whose answer was lost, or by another run
    if (again.entry.action === 'unchanged') return carriedBefore(again.entry)
    if (!isSameDecision(planned, again.entry)) throw planChanged(planned, again, options)
    current = again.entry
  }
}

function carriedBefore(one: PlanEntry): Applied {
  return { entry: one, state: 'unchanged', ...(one.live ? { live: one.live } : {}) }
}

async function applyOnce(api: Api, one: PlanEntry): Promise<Outcome> {
  return applyOver(api, required(one.desired), required(one.live), {
    rivals: one.rivals ?? [],
    force: (one.healed ?? []).length > 0,
  })
}

/** The object is another version or incarnation, or a manager has come that the plan did not know. */
function isOutdated(result: Refused): boolean {
  return result.status === 409
}

async function planAgain(api: Api, one: PlanEntry, options: CarryOutOptions): Promise<Planned> {
  const live = await api.get(one.ref)
  return planObject(api, required(one.desired), live, {
    set: options.set,
    adopt: options.adopt === true,
    ...(options.forceConflicts === undefined ? {} : { forceConflicts: options.forceConflicts }),
    memberUids: uidsOf(options.members),
    upcoming: [],
    defined: [],
  })
}

function planChanged(one: PlanEntry, now: Planned, options: CarryOutOptions): DeployError {
  const subject = subjectOf(one.ref)
  if ('entry' in now) options.onPlanChanged?.(now.entry)
  const why = 'entry' in now ? nowText(now.entry) : refusedText(now)
  const past = one.action === 'create' ? 'the object appeared' : 'the object changed'
  return new DeployError(
    'ERR_PLAN_CHANGED',
    `${subject}: ${one.action} stopped: ${past} after it was planned; ${why}`,
    { subject, hint: 'look at the new plan, then deploy again: it goes on from here' },
  )
}

function nowText({ action, reason }: PlanEntry): string {
  return `now it would be ${action}${action === 'skip' ? `: ${reason}` : ''}`
}

function refusedText(now: Exclude<Planned, { readonly entry: PlanEntry }>): string {
  if ('conflicts' in now) return now.conflicts.join('\n')
  return now.refused === 'foreign'
    ? 'it belongs to another set of objects'
    : 'it was not made by this deployer, and would have to be adopted'
}

/** Deletes unless the object was given to somebody else meanwhile, or somebody put something of theirs behind it. */
async function prune(cluster: Cluster, one: PlanEntry, options: CarryOutOptions): Promise<Applied> {
  const old = required(one.live)
  const now = await cluster.api.get(one.ref)
  if (now?.metadata.uid !== old.metadata.uid) return { entry: one, state: 'pruned' }
  const isOurs = now?.metadata.labels?.[PART_OF_LABEL] === options.set.id
  const reason = isOurs
    ? await reasonToKeep(cluster.api, now, options.set, uidsOf(options.members))
    : 'no longer carries our label'
  if (reason !== undefined) {
    throw planChanged(one, { entry: { ...one, action: 'skip', reason } }, options)
  }
  await removeOld(cluster, old, options)
  return { entry: one, state: 'pruned' }
}

/** Deletes, and waits as long as the wait for readiness may take: a finalizer may hold the object for ever. */
async function removeOld(
  cluster: Cluster,
  old: KubeObject,
  { signal, timeoutMs, onWaiting }: CarryOutOptions,
): Promise<void> {
  const ref = objectRef(old)
  await cluster.api.remove(ref, required(old.metadata.uid))
  const bound = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const [left] = await isGone(cluster, [old], bound, {
    onStill: (last) => onWaiting(subjectOf(ref), blockers(last)),
  })
  signal.throwIfAborted()
  if (left) throw notGone(left, timeoutMs / 1_000)
}

function notGone(left: KubeObject, timeoutSeconds: number): DeployError {
  const subject = subjectOf(objectRef(left))
  return new DeployError(
    'ERR_NOT_READY',
    `${subject}: was deleted and is still there after ${timeoutSeconds} s: ${blockers(left)}`,
    {
      subject,
      hint: 'whoever set the finalizer must remove it; then deploy again, which goes on from here',
    },
  )
}

/** A namespace of a second ago may not have its service account yet, nor a definition serve its kind or new version. */
async function tryWhereFresh(write: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await write()
    if (result.done || attempt === FRESH_ATTEMPTS || !isRace(result)) return result
    await sleep(100 * attempt, undefined, { signal })
  }
}

function isRace(result: Refused): boolean {
  const message = textAt(result.body, 'message') ?? String(result.body)
  if (result.status === 403) {
    return /serviceaccount .*not found|error looking up service account/.test(message)
  }
  return (
    result.status === 404 &&
    /namespaces .*not found|could not find the requested resource|page not found/.test(message)
  )
}

function conflictOr(result: Refused, one: PlanEntry): DeployError {
  const { ref, desired, live } = one
  const conflicts = conflictsOf(result.body)
  if (!desired || conflicts.length === 0) return refusal(result, one, 'apply')
  return new DeployError('ERR_FIELD_CONFLICT', conflictLines(desired, live, conflicts).join('\n'), {
    subject: subjectOf(ref),
    hint: CONFLICT_WAYS_OUT,
  })
}

function refusal(result: Refused, { ref, desired }: PlanEntry, verb: string): DeployError {
  const subject = subjectOf(ref)
  return apiError(result.status, result.body, { subject, verb, ...(desired ? { desired } : {}) })
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a plan entry lacks what its action needs')
  return value
}
