import { conflictsOf, isHandEdit, isOnlyImmutability } from '../core/conflicts.ts'
import type { FieldConflict } from '../core/conflicts.ts'
import { statedChanges } from '../core/changes.ts'
import { DeployError } from '../core/errors.ts'
import { inventoryRef, membersOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { inApplyOrder } from '../core/order.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { afterDryRun, entry, firstLook, leaving, planOf } from '../core/plan.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import type { Api } from './api.ts'
import { apiError } from './api-error.ts'

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
  const decided = await Promise.all(
    desired.map(async (object) => {
      const current = live.liveByIdentity.get(identityOf(objectRef(object)))
      const isMember = uids.has(current?.metadata.uid ?? '')
      const look = firstLook(object, current, { ...options, isMember })
      if ('decided' in look) return [look.decided]
      if ('refused' in look) {
        refused[look.refused].push(subjectOf(objectRef(object)))
        return []
      }
      if (!current) throw new TypeError('only an existing object needs a second look')
      if (look.ask === 'replacement') return [await replacement(api, object, current, look.reason)]
      const result = await dryRun(api, object, current, look.adopt)
      if ('ref' in result) return [result]
      refused.conflicts.push({ subject: subjectOf(objectRef(object)), conflicts: result.conflicts })
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
  const members = membersOf(await api.get(inventoryRef(set)))
  const collections = new Map(
    [...desired, ...members, ...also].map((ref) => [
      `${ref.apiVersion}/${ref.kind}/${ref.namespace}`,
      ref,
    ]),
  )
  const lists = await Promise.all(
    [...collections.values()].map(async (ref) =>
      api.list(await api.kindOf(ref), {
        ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
        labelSelector: `${PART_OF_LABEL}=${set.id}`,
      }),
    ),
  )
  const liveByIdentity = new Map(
    lists.flatMap(({ items }) => items).map((item) => [identityOf(objectRef(item)), item]),
  )
  const missed = [...desired, ...members].filter((ref) => !liveByIdentity.has(identityOf(ref)))
  const unique = new Map(missed.map((ref) => [identityOf(ref), ref]))
  const found = await Promise.all([...unique.values()].map((ref) => api.get(ref)))
  for (const object of found) {
    if (object) liveByIdentity.set(identityOf(objectRef(object)), object)
  }
  return { members, liveByIdentity }
}

interface Refusals {
  readonly foreign: string[]
  readonly unowned: string[]
  readonly conflicts: { readonly subject: string; readonly conflicts: readonly FieldConflict[] }[]
}

/** Asks what an apply would change; hand edits are asked about once more with force, other conflicts returned. */
async function dryRun(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  adopt: boolean,
): Promise<PlanEntry | { readonly conflicts: readonly FieldConflict[] }> {
  const first = await api.apply(desired, { dryRun: true })
  if (first.done) return afterDryRun(desired, live, first.object, { adopt, healed: [] })
  const conflicts = conflictsOf(first.body)
  if (first.status === 409 && conflicts.length > 0) {
    if (!conflicts.every(isHandEdit)) return { conflicts }
    const forced = await api.apply(desired, { dryRun: true, force: true })
    if (forced.done) return afterDryRun(desired, live, forced.object, { adopt, healed: conflicts })
  }
  if (first.status === 422 && isOnlyImmutability(first.body)) {
    return replacement(api, desired, live, 'fields that cannot change on an existing object')
  }
  throw apiError(first.status, first.body, {
    subject: subjectOf(objectRef(desired)),
    verb: 'dry run',
  })
}

/** Plans to replace, after a dry-run create under another name proved that the new object is acceptable. */
async function replacement(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  reason: string,
): Promise<PlanEntry> {
  const { name } = desired.metadata
  const probe = {
    ...desired,
    metadata: { ...desired.metadata, name: `${name.slice(0, 240)}-dry-run` },
  }
  const created = await api.create(probe, { dryRun: true })
  if (!created.done) {
    throw apiError(created.status, created.body, {
      subject: subjectOf(objectRef(desired)),
      verb: 'dry run of the replacement',
    })
  }
  const asked = statedChanges(live, desired)
  return entry(desired, 'recreate', { live, reason, changes: asked })
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
    const lines = conflicts.flatMap(({ subject, conflicts: fields }) =>
      fields.map(
        ({ path, manager }) =>
          `${subject}: apply refused (FieldManagerConflict): ${path} is owned by "${manager}"`,
      ),
    )
    throw new DeployError('ERR_FIELD_CONFLICT', lines.join('\n'), {
      hint: 'remove the field from the manifest, change it to the live value, or have its manager give it up',
    })
  }
}
