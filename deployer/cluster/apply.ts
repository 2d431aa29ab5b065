import { setTimeout as sleep } from 'node:timers/promises'
import { conflictsOf } from '../core/conflicts.ts'
import { DeployError } from '../core/errors.ts'
import { inventoryObject, isSameInventory, unionOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { inRanks } from '../core/order.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Plan, PlanEntry, State } from '../core/plan.ts'
import type { Api, Outcome } from './api.ts'
import { apiError } from './api-error.ts'
import { isGone } from './removal.ts'
import type { Cluster } from './connect.ts'

/** What became of one entry. */
export interface Applied {
  readonly entry: PlanEntry
  readonly state: State
  readonly live?: KubeObject
}

export interface ApplyPlanOptions {
  readonly set: ObjectSet
  readonly members: readonly Member[]
  readonly signal: AbortSignal
  readonly onApplied: (applied: Applied) => void
}

/**
 * Carries out a plan: rank by rank, inside a rank side by side. The inventory is written before the first object that
 * needs remembering (old ∪ new) and again at the end with what is left and its UIDs, so that a run that dies in between
 * leaves nothing that the next one would not find.
 */
export async function applyPlan(
  cluster: Cluster,
  plan: Plan,
  options: ApplyPlanOptions,
): Promise<readonly Applied[]> {
  const desired = plan.entries.flatMap((one) => one.desired ?? [])
  const leaving = plan.entries.filter(({ action }) => action === 'prune')
  const staying = plan.entries.filter(({ desired: asked }) => asked !== undefined)
  const inventory = inventoryWriter(cluster.api, options)
  const results: Applied[] = []

  for (const rank of inRanks(staying, ({ ref }) => ref)) {
    options.signal.throwIfAborted()
    // a namespace of ours must exist before the inventory can be put into it
    if (!rank.some(({ ref }) => ref.kind === 'Namespace')) {
      await inventory.write(unionOf(options.members, desired))
    }
    results.push(...(await Promise.all(rank.map((one) => carryOut(cluster, one, options)))))
  }
  for (const one of leaving.toReversed()) {
    options.signal.throwIfAborted()
    results.push(await carryOut(cluster, one, options))
  }
  await inventory.write(results.flatMap(memberOf))
  for (const one of plan.entries.filter(({ action }) => action === 'skip')) {
    options.onApplied({ entry: one, state: 'skipped' })
  }
  return results
}

/** Writes the inventory only when it would say something else than it says. */
function inventoryWriter(api: Api, options: ApplyPlanOptions) {
  let written = options.members
  return {
    write: async (members: readonly Member[]) => {
      if (isSameInventory(written, members)) return
      const object = inventoryObject(options.set, members)
      const result = await api.apply(object, { force: true })
      if (!result.done) throw refusal(result, objectRef(object), 'write of the inventory')
      written = members
    },
  }
}

async function carryOut(
  cluster: Cluster,
  one: PlanEntry,
  options: ApplyPlanOptions,
): Promise<Applied> {
  const applied = await carryOutQuietly(cluster, one, options.signal)
  options.onApplied(applied)
  return applied
}

async function carryOutQuietly(
  cluster: Cluster,
  one: PlanEntry,
  signal: AbortSignal,
): Promise<Applied> {
  const { action, desired, live } = one
  switch (action) {
    case 'create':
      return { entry: one, state: 'created', live: await createNew(cluster.api, required(desired)) }
    case 'configure':
    case 'adopt': {
      const object = await applyAsPlanned(cluster.api, one)
      return { entry: one, state: action === 'adopt' ? 'adopted' : 'configured', live: object }
    }
    case 'recreate': {
      const old = required(live)
      await cluster.api.remove(one.ref, required(old.metadata.uid))
      await isGone(cluster, [old], signal)
      return {
        entry: one,
        state: 'recreated',
        live: await createNew(cluster.api, required(desired)),
      }
    }
    case 'prune': {
      const old = required(live)
      await cluster.api.remove(one.ref, required(old.metadata.uid))
      await isGone(cluster, [old], signal)
      return { entry: one, state: 'pruned' }
    }
    case 'unchanged':
      return { entry: one, state: 'unchanged', ...(live ? { live } : {}) }
    case 'skip':
      return { entry: one, state: 'skipped' }
    default:
      return action satisfies never
  }
}

/** Server-side apply also creates; there is no form of it that only creates, so what came up since the plan is merged. */
async function createNew(api: Api, desired: KubeObject): Promise<KubeObject> {
  const result = await tryInFreshNamespace(() => api.apply(desired))
  if (result.done) return result.object
  throw refusal(result, objectRef(desired), 'create')
}

/** A namespace of a second ago may not have its service account yet, or be unknown to an admission plug-in's cache. */
async function tryInFreshNamespace(write: () => Promise<Outcome>): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await write()
    if (result.done || attempt === 8 || !isRace(result)) return result
    await sleep(100 * attempt)
  }
}

function isRace(result: Extract<Outcome, { readonly done: false }>): boolean {
  const text = JSON.stringify(result.body ?? '')
  return (
    (result.status === 403 &&
      /serviceaccount .*not found|error looking up service account/.test(text)) ||
    (result.status === 404 && /namespaces .*not found/.test(text))
  )
}

/**
 * Applies what was shown: the object must still be the incarnation and version the plan looked at, which the API server
 * itself checks by the resource version in the body.
 */
async function applyAsPlanned(api: Api, one: PlanEntry): Promise<KubeObject> {
  const [desired, live] = [required(one.desired), required(one.live)]
  const { uid, resourceVersion } = live.metadata
  const body = { ...desired, metadata: { ...desired.metadata, uid, resourceVersion } } as KubeObject
  const result = await api.apply(body, { force: (one.healed ?? []).length > 0 })
  if (result.done) return result.object
  if (result.status === 409 && conflictsOf(result.body).length === 0) {
    throw new DeployError(
      'ERR_PLAN_CHANGED',
      `${subjectOf(one.ref)}: apply stopped: the object changed after it was planned`,
      {
        subject: subjectOf(one.ref),
        hint: 'run deploy again: it plans anew and continues',
      },
    )
  }
  throw refusal(result, one.ref, 'apply')
}

function refusal(
  result: Extract<Outcome, { readonly done: false }>,
  ref: ObjectRef,
  verb: string,
): DeployError {
  const conflicts = conflictsOf(result.body)
  if (result.status === 409 && conflicts.length > 0) {
    const fields = conflicts.map(({ path, manager }) => `${path} is owned by "${manager}"`)
    return new DeployError(
      'ERR_FIELD_CONFLICT',
      `${subjectOf(ref)}: ${verb} refused (FieldManagerConflict): ${fields.join(', ')}`,
      {
        subject: subjectOf(ref),
        hint: 'run plan to see both values',
      },
    )
  }
  return apiError(result.status, result.body, { subject: subjectOf(ref), verb })
}

function memberOf({ live, state }: Applied): readonly Member[] {
  if (!live || state === 'pruned') return []
  const { uid } = live.metadata
  return [{ ...objectRef(live), ...(uid === undefined ? {} : { uid }) }]
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a plan entry lacks what its action needs')
  return value
}
