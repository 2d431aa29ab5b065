import { CONFLICT_WAYS_OUT } from '../core/conflicts.ts'
import { DeployError } from '../core/errors.ts'
import { inventoryRef, membersOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { inApplyOrder } from '../core/order.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { leaving, planOf } from '../core/plan.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import type { Api, ListOptions } from './api.ts'
import { planObject } from './plan-object.ts'

/** What the cluster holds of a set, as one look at it showed. */
export interface LiveSet {
  /** As the inventory names them. */
  readonly members: readonly Member[]
  /** Every object that carries the set's label, and every desired one that exists, by identity. */
  readonly liveByIdentity: ReadonlyMap<string, KubeObject>
}

export interface PlanOptions {
  readonly set: ObjectSet
  /** Take over objects that exist and belong to nobody. */
  readonly adopt: boolean
  /** Take fields over from whoever owns them. */
  readonly forceConflicts?: boolean
}

/**
 * Plans a deploy: reads, compares and asks with dry runs, and never writes.
 *
 * One LIST per kind and namespace; a GET only for what the lists miss; a dry run only for what differs.
 *
 * @throws {DeployError} `ERR_FOREIGN_OWNER`, `ERR_ADOPT` or `ERR_FIELD_CONFLICT`, naming every such object at once; or
 * the API server's refusal of an object.
 */
export async function makePlan(
  api: Api,
  desired: readonly KubeObject[],
  options: PlanOptions,
): Promise<{ readonly plan: Plan; readonly live: LiveSet }> {
  const live = await readLiveSet(api, desired.map(objectRef), options.set)
  const uids = new Set(live.members.flatMap(({ uid }) => uid ?? []))
  const refused: Refusals = { foreign: [], unowned: [], conflicts: [] }
  const upcoming = desired.filter(
    (object) => !live.liveByIdentity.has(identityOf(objectRef(object))),
  )
  const decided = await Promise.all(
    desired.map(async (object) => {
      const current = live.liveByIdentity.get(identityOf(objectRef(object)))
      const isMember = uids.has(current?.metadata.uid ?? '')
      const planned = await planObject(api, object, current, { ...options, isMember, upcoming })
      if ('entry' in planned) return [planned.entry]
      if ('refused' in planned) refused[planned.refused].push(subjectOf(objectRef(object)))
      else refused.conflicts.push(...planned.conflicts)
      return []
    }),
  )
  throwRefusals(refused)
  const wanted = new Set(desired.map((object) => identityOf(objectRef(object))))
  const entries = [...decided.flat(), ...leavingEntries(live, wanted, options.set)]
  return { plan: planOf(inApplyOrder(entries, ({ ref }) => ref)), live }
}

/**
 * Reads what exists of a set: inventory, labelled objects of its kinds, and the desired ones the label misses.
 *
 * @param also Collections to list whatever the inventory says; only their kind and namespace count.
 */
export async function readLiveSet(
  api: Api,
  desired: readonly ObjectRef[],
  set: ObjectSet,
  also: readonly ObjectRef[] = [],
): Promise<LiveSet> {
  const members = await servedOnly(api, membersOf(await api.get(inventoryRef(set))))
  const collections = new Map(
    [...desired, ...members, ...also].map((ref) => [
      `${ref.apiVersion}/${ref.kind}/${ref.namespace}`,
      ref,
    ]),
  )
  const lists = await Promise.all(
    [...collections.values()].map(async (ref) =>
      listServed(api, ref, {
        ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
        labelSelector: `${PART_OF_LABEL}=${set.id}`,
      }),
    ),
  )
  const liveByIdentity = new Map(lists.flat().map((item) => [identityOf(objectRef(item)), item]))
  const missed = [...desired, ...members].filter((ref) => !liveByIdentity.has(identityOf(ref)))
  const unique = new Map(missed.map((ref) => [identityOf(ref), ref]))
  const found = await Promise.all([...unique.values()].map((ref) => api.get(ref)))
  for (const object of found) {
    if (object) liveByIdentity.set(identityOf(objectRef(object)), object)
  }
  return { members, liveByIdentity }
}

/** Members whose kind is no longer served went with their definition. */
async function servedOnly(api: Api, members: readonly Member[]): Promise<readonly Member[]> {
  const served = await Promise.all(
    members.map((member) =>
      api.kindOf(member).then(
        () => [member],
        (error: unknown) => unless(error, 'ERR_UNKNOWN_KIND'),
      ),
    ),
  )
  return served.flat()
}

/** A kind whose definition is only about to be applied has no objects. */
async function listServed(
  api: Api,
  ref: ObjectRef,
  options: ListOptions,
): Promise<readonly KubeObject[]> {
  const kind = await api.kindOf(ref)
  return api.list(kind, options).then(
    ({ items }) => items,
    (error: unknown) => unless(error, 'ERR_NOT_FOUND'),
  )
}

function unless(error: unknown, code: DeployError['code']): readonly [] {
  if (error instanceof DeployError && error.code === code) return []
  throw error
}

interface Refusals {
  readonly foreign: string[]
  readonly unowned: string[]
  readonly conflicts: string[]
}

/** What is deployed and not asked for any more. */
function leavingEntries(
  live: LiveSet,
  wanted: ReadonlySet<string>,
  set: ObjectSet,
): readonly PlanEntry[] {
  const uids = new Map(live.members.map((member) => [identityOf(member), member.uid]))
  return [...live.liveByIdentity].flatMap(([identity, object]) => {
    if (wanted.has(identity)) return []
    if (object.metadata.labels?.[PART_OF_LABEL] === set.id) {
      return object.kind === 'Namespace'
        ? [leaving(object, 'skip', 'a namespace is deleted by destroy only')]
        : [leaving(object, 'prune', 'no longer in the manifests')]
    }
    const isOurs = uids.get(identity) === object.metadata.uid
    return isOurs
      ? [leaving(object, 'skip', 'no longer carries our label, so it is left alone')]
      : []
  })
}

function throwRefusals({ foreign, unowned, conflicts }: Refusals): void {
  if (foreign.length > 0) {
    throw new DeployError(
      'ERR_FOREIGN_OWNER',
      `${foreign.join(', ')}: belongs to another set of objects (label ${PART_OF_LABEL})`,
      {
        hint: 'deploy to another namespace, or destroy the other set first',
      },
    )
  }
  if (unowned.length > 0) {
    throw new DeployError(
      'ERR_ADOPT',
      `${unowned.join(', ')}: exists already and was not made by this deployer`,
      {
        hint: 'look at what would change with plan --adopt, then deploy --adopt; or delete it, or deploy to another namespace',
      },
    )
  }
  if (conflicts.length > 0) {
    throw new DeployError('ERR_FIELD_CONFLICT', conflicts.join('\n'), { hint: CONFLICT_WAYS_OUT })
  }
}
