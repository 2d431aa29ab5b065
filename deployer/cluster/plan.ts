import { refuseClusterNamespaces } from '../core/cluster-namespaces.ts'
import { CONFLICT_WAYS_OUT } from '../core/conflicts.ts'
import { COPIED, isCopied } from '../core/copied.ts'
import { DeployError } from '../core/errors.ts'
import { uidsOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { inApplyOrder } from '../core/order.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { leaving, planOf } from '../core/plan.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import { kindsDefinedBy } from '../core/prerequisites.ts'
import { allRefusals, isRefusal } from '../core/refusals.ts'
import type { Api } from './api.ts'
import { listLiveSet, withMissed } from './live-set.ts'
import type { LiveSet } from './live-set.ts'
import { withUnnamed } from './lost-inventory.ts'
import type { OnLost } from './lost-inventory.ts'
import { setsOfIds } from './other-sets.ts'
import { planObject } from './plan-object.ts'
import { reasonToKeep } from './reason-to-keep.ts'

export interface PlanOptions {
  readonly set: ObjectSet
  /** Take over objects that exist and belong to nobody. */
  readonly adopt: boolean
  /** Take fields over from whoever owns them. */
  readonly forceConflicts?: boolean
  readonly onLost: OnLost
}

/**
 * Plans a deploy: reads, compares and asks with dry runs, and never writes.
 *
 * One LIST per kind and namespace; a dry run only for what differs or is not listed; a GET only for what a dry run finds
 * to be there although the lists miss it.
 *
 * @throws {DeployError} `ERR_FOREIGN_OWNER`, `ERR_ADOPT` or `ERR_FIELD_CONFLICT` or the API server's refusals,
 * naming every such object at once.
 */
export async function makePlan(
  api: Api,
  desired: readonly KubeObject[],
  options: PlanOptions,
): Promise<{ readonly plan: Plan; readonly live: LiveSet }> {
  refuseClusterNamespaces(desired)
  const live = await look(api, desired, options)
  const memberUids = uidsOf(live.members)
  const upcoming = desired.filter(
    (object) => !live.liveByIdentity.has(identityOf(objectRef(object))),
  )
  const known = { ...options, memberUids, upcoming, defined: kindsDefinedBy(desired) }
  const planned = await Promise.all(
    desired.map(async (object) => {
      const current = live.liveByIdentity.get(identityOf(objectRef(object)))
      return { object, one: await planObject(api, object, current, known).catch(unlessRefusal) }
    }),
  )
  const refused: Refusals = { foreign: [], owners: [], unowned: [], conflicts: [], invalid: [] }
  const decided = planned.flatMap(({ object, one }) => {
    if (one instanceof DeployError) refused.invalid.push(one)
    else if ('entry' in one) return [one.entry]
    else if ('conflicts' in one) refused.conflicts.push(...one.conflicts)
    else {
      refused[one.refused].push(subjectOf(objectRef(object)))
      if (one.refused === 'foreign') refused.owners.push(one.owner)
    }
    return []
  })
  if (refused.foreign.length > 0) throw await foreignOwner(api, refused, options.set)
  throwRefusals(refused)
  const wanted = new Set(desired.map((object) => identityOf(objectRef(object))))
  const leaves = [...live.liveByIdentity].flatMap(([identity, object]) =>
    wanted.has(identity) ? [] : [object],
  )
  const left = await Promise.all(
    leaves.map((one) => leavingEntry(api, one, { ...known, members: live.members })),
  )
  const entries = [...decided, ...left.flatMap((one) => one ?? [])]
  return { plan: planOf(inApplyOrder(entries, ({ ref }) => ref)), live }
}

/** What others need before they can be tried must be known to be there or not; of the rest a dry run tells. */
const FIRST_KINDS = ['Namespace', 'CustomResourceDefinition']

async function look(
  api: Api,
  desired: readonly KubeObject[],
  options: PlanOptions,
): Promise<LiveSet> {
  const refs = desired.map(objectRef)
  const live = await withUnnamed(api, await listLiveSet(api, refs, options.set), options)
  const wanted = new Set(refs.map(identityOf))
  return withMissed(api, live, [
    ...refs.filter(({ kind }) => FIRST_KINDS.includes(kind)),
    ...live.members.filter((member) => !wanted.has(identityOf(member))),
  ])
}

interface Refusals {
  readonly foreign: string[]
  /** Ids of the sets that the foreign ones belong to. */
  readonly owners: string[]
  readonly unowned: string[]
  readonly conflicts: string[]
  /** What the API server would not take. */
  readonly invalid: DeployError[]
}

/** The other objects are asked about all the same, so that everything is told at once. */
function unlessRefusal(error: unknown): DeployError {
  if (isRefusal(error)) return error
  throw error
}

interface Leaving {
  readonly set: ObjectSet
  readonly members: readonly Member[]
  readonly memberUids: ReadonlySet<string>
}

/** What becomes of what exists and is not asked for any more; undefined if it is no business of ours. */
async function leavingEntry(
  api: Api,
  object: KubeObject,
  { set, members, memberUids }: Leaving,
): Promise<PlanEntry | undefined> {
  const { labels, uid } = object.metadata
  if (labels?.[PART_OF_LABEL] !== set.id) {
    return memberUids.has(uid ?? '')
      ? leaving(object, 'skip', 'no longer carries our label, so it is left alone')
      : undefined
  }
  if (isCopied(object, members)) return leaving(object, 'skip', COPIED)
  if (object.kind === 'Namespace') {
    return leaving(object, 'skip', 'a namespace is deleted by destroy only')
  }
  const reason = await reasonToKeep(api, object, set, memberUids)
  return reason === undefined
    ? leaving(object, 'prune', 'no longer in the manifests')
    : leaving(object, 'skip', reason)
}

/** Says which set it is, as far as its inventory can be found, and that two folders need not both bring a namespace. */
async function foreignOwner(
  api: Api,
  { foreign, owners }: Refusals,
  set: ObjectSet,
): Promise<DeployError> {
  const sets = await setsOfIds(api, [...new Set(owners)], set)
  const names = sets.map(({ name, namespace }) => ` "${name}" of namespace ${namespace}`)
  const which = sets.length > 0 ? `:${names.join(',')}` : ''
  const shared = foreign.filter((subject) => subject.startsWith('Namespace/'))
  const leaveOut =
    shared.length > 0
      ? [`leave ${shared.join(', ')} out of this folder, which can deploy into it all the same`]
      : []
  const ways = [
    ...leaveOut,
    'deploy to another namespace',
    'destroy the other set, with the --env and --manifests that it was deployed with (its name is the environment, then a dash and the folder, if there was one)',
  ]
  return new DeployError(
    'ERR_FOREIGN_OWNER',
    `${foreign.join(', ')}: belongs to another set of objects${which} (label ${PART_OF_LABEL})`,
    { hint: ways.join('; or ') },
  )
}

function throwRefusals({ unowned, conflicts, invalid }: Refusals): void {
  const [first, ...others] = invalid
  if (first) throw allRefusals([first, ...others])
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
