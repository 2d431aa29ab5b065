import { withoutAutoscaled } from '../core/autoscaler.ts'
import { restatedChanges } from '../core/changes.ts'
import {
  conflictLines,
  conflictsOf,
  isHandEdit,
  isHuman,
  isOnlyImmutability,
  rivalLines,
} from '../core/conflicts.ts'
import type { FieldConflict } from '../core/conflicts.ts'
import { findKind } from '../core/kinds.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { leftBehind, needsMigration } from '../core/migration.ts'
import { objectRef, subjectOf, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { afterDryRun, entry, firstLook } from '../core/plan.ts'
import type { FirstLook, PlanEntry } from '../core/plan.ts'
import { missesUpcoming, missingBefore } from '../core/prerequisites.ts'
import { isReplaceable } from '../core/replaceable.ts'
import { withoutFields } from '../core/without-fields.ts'
import type { Api, Refused } from './api.ts'
import { apiError, isForbidden, isUnserved, messageOf } from './api-error.ts'
import { tryWithoutRivals } from './apply-over.ts'

export interface ObjectPlanOptions {
  readonly set: ObjectSet
  /** Take over objects that exist and belong to nobody. */
  readonly adopt: boolean
  /** Take fields over from whoever owns them. */
  readonly forceConflicts?: boolean
  /** Incarnations that the inventory names. */
  readonly memberUids: ReadonlySet<string>
  /** What the same deploy creates, so that a new object may need it. */
  readonly upcoming: readonly KubeObject[]
  /** Kinds that definitions of the same deploy bring, perhaps in a version that is not served yet. */
  readonly defined: readonly ResourceKind[]
}

/** What is to be done with one object, or why nothing may be. */
export type Planned =
  | { readonly entry: PlanEntry }
  | Extract<FirstLook, { readonly refused: string }>
  /** One line per field. */
  | { readonly conflicts: readonly string[] }

/**
 * Plans one object by what is live and, where that does not tell, by dry runs. Writes nothing.
 *
 * @param live Undefined if it is not among the objects with our label; then the dry run tells whether it is there.
 * @throws {DeployError} the API server's refusal of the object, if it is no conflict.
 */
export async function planObject(
  api: Api,
  rendered: KubeObject,
  live: KubeObject | undefined,
  options: ObjectPlanOptions,
): Promise<Planned> {
  const desired = live ? withoutAutoscaled(rendered, live) : rendered
  const isMember = options.memberUids.has(live?.metadata.uid ?? '')
  const look = firstLook(desired, live, { ...options, isMember })
  if ('decided' in look) return { entry: look.decided }
  if ('refused' in look) return look
  if (look.ask === 'create') return creation(api, desired, options)
  if (!live) throw new TypeError('only an existing object needs a second look')
  if (look.ask === 'replacement') {
    return { entry: await replacement(api, desired, live, look.reason) }
  }
  return dryRun(api, desired, live, { ...options, adopt: look.adopt })
}

/**
 * Tries a creation; where it needs what the deploy only makes, as much of it as can be tried. Only an accepted dry run
 * that would create (201) proves that nothing is there; in all other cases it is looked for.
 */
async function creation(
  api: Api,
  desired: KubeObject,
  options: ObjectPlanOptions,
): Promise<Planned> {
  const missing = missingBefore(desired, options.upcoming)
  if (missing !== undefined) {
    await checkElsewhere(api, desired, options.defined)
    return { entry: entry(desired, 'create', untried(`${missing} is not there yet`)) }
  }
  const result = await api.apply(desired, { dryRun: true })
  if (result.done && result.isNew) return { entry: entry(desired, 'create', { isTried: true }) }
  const live = await api.get(objectRef(desired))
  if (live) return planObject(api, desired, live, options)
  if (result.done) return { entry: entry(desired, 'create') }
  // every refusal names the object itself
  const others = options.upcoming.filter((one) => one !== desired)
  const why = whyUntried(result, desired, { ...options, upcoming: others })
  if (why === undefined) throw refusal(result, desired, 'dry run')
  return { entry: entry(desired, 'create', untried(why)) }
}

/**
 * Tries an object whose namespace does not exist yet in one that every cluster has, so that a misspelt field, a value
 * that is never valid or a kind that is not served stops a deploy before it wrote anything. What another namespace
 * allows, lacks or answers beyond that says nothing about ours.
 */
async function checkElsewhere(
  api: Api,
  desired: KubeObject,
  defined: readonly ResourceKind[],
): Promise<void> {
  if (desired.metadata.namespace === undefined) return
  const metadata = { ...desired.metadata, namespace: 'default' }
  const result = await api.create({ ...desired, metadata }, { dryRun: true })
  if (result.done) return
  const message = messageOf(result.status, result.body)
  const isKindMissing = isUnserved(message) && !findKind(defined, desired)
  if (![400, 422].includes(result.status) && !isKindMissing) return
  if (message.includes('admission webhook')) return
  throw refusal(result, desired, 'dry run')
}

/** Asks what an apply would change; hand edits are asked about once more with force, other conflicts returned. */
async function dryRun(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  options: ObjectPlanOptions,
): Promise<Planned> {
  const { adopt } = options
  const decided = async (answer: KubeObject, healed: readonly FieldConflict[]) => {
    const after = await withoutLeftBehind(api, desired, live, answer)
    return tried(afterDryRun(desired, live, after, { adopt, healed }))
  }
  const first = await api.apply(desired, { dryRun: true })
  if (first.done) return decided(first.object, [])
  const conflicts = conflictsOf(first.body)
  if (first.status === 409 && conflicts.length > 0) {
    if (options.forceConflicts !== true && !conflicts.every(isHandEdit)) {
      const programs = conflicts.filter((one) => !isHandEdit(one))
      return { conflicts: conflictLines(desired, live, programs) }
    }
    const forced = await api.apply(desired, { dryRun: true, force: true })
    if (forced.done) return decided(forced.object, conflicts)
    const planned = await withoutRivals(api, desired, live, forced, {
      ...options,
      healed: conflicts,
    })
    if (planned) return planned
    throw refusal(forced, desired, 'dry run', live)
  }
  if (first.status === 422 && isOnlyImmutability(first.body) && isReplaceable(live)) {
    const reason = 'fields that cannot change on an existing object'
    return { entry: await replacement(api, desired, live, reason) }
  }
  const planned = await withoutRivals(api, desired, live, first, { ...options, healed: [] })
  if (planned) return planned
  const why = whyUntried(first, desired, { ...options, upcoming: [] })
  if (why === undefined) throw refusal(first, desired, 'dry run', live)
  const changes = restatedChanges(live, desired)
  return {
    entry: entry(desired, adopt ? 'adopt' : 'configure', { live, changes, ...untried(why) }),
  }
}

/**
 * What the object will be when client-side apply owns nothing of it any more. A dry-run apply cannot show that, because
 * nothing is moved by a dry run; so the rest of its fields is tried to be taken away, which also shows what has a default.
 */
async function withoutLeftBehind(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  answer: KubeObject,
): Promise<KubeObject> {
  if (!needsMigration(live)) return answer
  const wanted = withoutFields(answer, leftBehind(live, answer)) as KubeObject
  const result = await api.tryWrite(live, wanted)
  if (result.done) return result.object
  throw refusal(result, desired, 'dry run', live)
}

/**
 * Plans to take out what the refused apply cannot stand beside. What people put there is drift, and a default is
 * nobody's; what a program put there is a conflict.
 *
 * @returns undefined if that is not what it was refused for.
 */
async function withoutRivals(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  refused: Refused,
  options: ObjectPlanOptions & { readonly healed: readonly FieldConflict[] },
): Promise<Planned | undefined> {
  const found = await tryWithoutRivals(api, desired, live, refused)
  if (!found) return undefined
  const { rivals, answer } = found
  const programs = rivals.filter(({ managers }) => !managers.every(isHuman))
  return programs.length > 0 && options.forceConflicts !== true
    ? { conflicts: rivalLines(desired, live, programs) }
    : tried(afterDryRun(desired, live, answer, { ...options, rivals }))
}

/** With its ending, the 52 characters that the name of a CronJob may have; other kinds may have more. */
const PROBE_LENGTH = 44

/** Plans to replace, after a dry-run create under another name proved that the new object is acceptable. */
async function replacement(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  reason: string,
): Promise<PlanEntry> {
  const { name } = desired.metadata
  const probe = `${name.slice(0, PROBE_LENGTH).replace(/[.-]+$/, '')}-dry-run`
  const created = await api.create(
    { ...desired, metadata: { ...desired.metadata, name: probe } },
    { dryRun: true },
  )
  if (!created.done) {
    const body = renamed(created.body, probe, name)
    throw refusal({ ...created, body }, desired, 'dry run of the replacement')
  }
  return entry(desired, 'recreate', { live, reason, changes: restatedChanges(live, desired) })
}

/** Nobody knows the name under which the replacement was tried. */
function renamed(body: unknown, from: string, to: string): unknown {
  return JSON.parse(JSON.stringify(body).replaceAll(from, to)) as unknown
}

/** A refusal that says nothing about the object: it cannot be tried, and the plan says so instead of failing. */
function whyUntried(
  result: Refused,
  desired: KubeObject,
  { upcoming, defined }: Pick<ObjectPlanOptions, 'upcoming' | 'defined'>,
): string | undefined {
  const message = textAt(result.body, 'message') ?? ''
  if (message.includes('does not support dry run')) return message
  // what is missing is then asked for as a whole, before the first write
  if (isForbidden(result.status, message)) return 'you may not write it'
  if (result.status === 404 && findKind(defined, desired)) {
    return `${desired.apiVersion} does not serve ${desired.kind} yet`
  }
  const missed = missesUpcoming(message, upcoming)
  return missed === undefined ? undefined : `${missed} is not there yet`
}

function tried(one: PlanEntry): Planned {
  return { entry: { ...one, isTried: true } }
}

function untried(why: string): Pick<PlanEntry, 'reason' | 'isUntried'> {
  return { reason: `no dry run: ${why}`, isUntried: true }
}

function refusal(result: Refused, desired: KubeObject, verb: string, live?: KubeObject): Error {
  const subject = subjectOf(objectRef(desired))
  return apiError(result.status, result.body, { subject, verb, live, desired })
}
