import { DeployError, isFailure } from '../core/errors.ts'
import { inventoryRef, membersOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { isSameKind } from '../core/kinds.ts'
import { at, groupOf, identityOf, listAt, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import { REFUSED } from './discovery.ts'
import { isOfValue } from './foreign.ts'

/** What the cluster holds of a set, as one look at it showed. */
export interface LiveSet {
  /** Undefined if nothing is deployed, or it was lost. */
  readonly inventory: KubeObject | undefined
  /** As the inventory names them. */
  readonly members: readonly Member[]
  /** Every object that carries the set's label, and those that were asked for by name, by identity. */
  readonly liveByIdentity: ReadonlyMap<string, KubeObject>
}

/**
 * Reads what exists of a set: inventory, labelled objects of its kinds, and the desired ones the label misses.
 */
export async function readLiveSet(
  api: Api,
  desired: readonly ObjectRef[],
  set: ObjectSet,
): Promise<LiveSet> {
  const listed = await listLiveSet(api, desired, set)
  return withMissed(api, listed, [...desired, ...listed.members])
}

/**
 * Reads inventory and labelled objects, all at once; only collections that nobody but the inventory knows are listed
 * after it.
 */
export async function listLiveSet(
  api: Api,
  refs: readonly ObjectRef[],
  set: ObjectSet,
): Promise<LiveSet> {
  const known = collectionsOf(refs)
  const [inventory, first] = await Promise.all([
    api.get(inventoryRef(set)),
    listAll(api, known, set),
  ])
  const members = await servedMembers(api, membersOf(inventory))
  const others = new Map([...collectionsOf(members)].filter(([key]) => !known.has(key)))
  const items = [...first, ...(await listAll(api, others, set))]
  const wanted = new Map([...members, ...refs].map((ref) => [identityOf(ref), ref.apiVersion]))
  return { inventory, members, liveByIdentity: byIdentity(items, wanted) }
}

/**
 * Without what a controller made of an object of ours and gave its labels, as of a Service its EndpointSlices: that goes
 * with its owner.
 *
 * @param wanted The version in which each object is asked for: it may be listed in others too.
 */
function byIdentity(
  items: readonly KubeObject[],
  wanted: ReadonlyMap<string, string>,
): ReadonlyMap<string, KubeObject> {
  const found = new Map<string, KubeObject>()
  for (const item of items) {
    const identity = identityOf(objectRef(item))
    const version = wanted.get(identity)
    if (version === undefined && isMadeByController(item)) continue
    if (version === item.apiVersion || !found.has(identity)) found.set(identity, item)
  }
  return found
}

function isMadeByController({ metadata }: KubeObject): boolean {
  return listAt(metadata, 'ownerReferences').some((owner) => at(owner, 'controller') === true)
}

/** Told the resources that cannot be listed, and the API versions that do not tell theirs. */
export type OnHidden = (names: readonly string[]) => void

/**
 * Reads what carries the set's label, of every kind the cluster serves: for a set whose inventory was lost. Kinds with
 * namespaces are looked for in the set's own.
 *
 * @param onHidden Told of what could not be looked at.
 */
export async function searchLiveSet(
  api: Api,
  set: ObjectSet,
  onHidden: OnHidden,
): Promise<LiveSet> {
  const { kinds, silent } = await api.servedKinds()
  const hidden = [...silent]
  const wanted = kinds.filter((kind) => !kind.namespaced || isOfValue(kind))
  const lists = await Promise.all(
    wanted.map(async (kind) => {
      const ref = { ...kind, ...(kind.namespaced ? { namespace: set.namespace } : {}) }
      return listMembers(api, ref, set).catch((error: unknown) => {
        if (!isFailure(error, ...REFUSED)) throw error
        hidden.push(kind.resource)
        return []
      })
    }),
  )
  if (hidden.length > 0) onHidden(hidden)
  return { inventory: undefined, members: [], liveByIdentity: byIdentity(lists.flat(), new Map()) }
}

/** Adds those of these objects that exist although the lists missed them; one GET each. */
export async function withMissed(
  api: Api,
  live: LiveSet,
  refs: readonly ObjectRef[],
): Promise<LiveSet> {
  const missed = refs.filter((ref) => !live.liveByIdentity.has(identityOf(ref)))
  const unique = new Map(missed.map((ref) => [identityOf(ref), ref]))
  const found = await Promise.all([...unique.values()].map((ref) => api.get(ref)))
  const entries = found.flatMap((object) =>
    object ? [[identityOf(objectRef(object)), object] as const] : [],
  )
  return { ...live, liveByIdentity: new Map([...live.liveByIdentity, ...entries]) }
}

function collectionsOf(refs: readonly ObjectRef[]): ReadonlyMap<string, Collection> {
  return new Map(refs.map((ref) => [`${ref.apiVersion}/${ref.kind}/${ref.namespace}`, ref]))
}

/** Objects of one kind in one namespace, or without one. */
type Collection = Pick<ObjectRef, 'apiVersion' | 'kind' | 'namespace'>

async function listAll(
  api: Api,
  collections: ReadonlyMap<string, Collection>,
  set: ObjectSet,
): Promise<readonly KubeObject[]> {
  const refs = [...collections.values()]
  return (await Promise.all(refs.map((ref) => listMembers(api, ref, set)))).flat()
}

/**
 * The members in versions that are served: an upgrade of the cluster or of a definition may have ended that in which one
 * was applied. Those whose kind is no longer served at all went with their definition.
 */
async function servedMembers(api: Api, members: readonly Member[]): Promise<readonly Member[]> {
  const isServed = await Promise.all(members.map((member) => isServedAs(api, member)))
  if (isServed.every(Boolean)) return members
  const { kinds, silent } = await api.servedKinds()
  return members.flatMap((member, index) => {
    if (isServed[index] === true) return [member]
    const now = kinds.find((kind) => isSameKind(kind, member))
    if (now) return [{ ...member, apiVersion: now.apiVersion }]
    const unsure = silent.find(
      (one) => one === '/apis' || groupOf(one) === groupOf(member.apiVersion),
    )
    if (unsure === undefined) return []
    throw new DeployError(
      'ERR_API',
      `${subjectOf(member)}: it was deployed, but the API server does not tell whether it still serves its kind: ${unsure} is not answered`,
      { subject: subjectOf(member), hint: SILENT },
    )
  })
}

async function isServedAs(api: Api, member: Member): Promise<boolean> {
  return api.kindOf(member).then(
    () => true,
    (error: unknown) => {
      if (isFailure(error, 'ERR_UNKNOWN_KIND')) return false
      throw error
    },
  )
}

const SILENT =
  'nothing was written; try again once it answers: kubectl api-resources names what is wrong'

/** A kind whose definition is only about to be applied has no objects. */
async function listMembers(
  api: Api,
  collection: Collection,
  set: ObjectSet,
): Promise<readonly KubeObject[]> {
  const { namespace } = collection
  const options = {
    ...(namespace === undefined ? {} : { namespace }),
    labelSelector: `${PART_OF_LABEL}=${set.id}`,
  }
  return api.list(await api.kindOf(collection), options).then(
    ({ items }) => items,
    (error: unknown) => {
      if (isFailure(error, 'ERR_NOT_FOUND')) return []
      throw error
    },
  )
}
