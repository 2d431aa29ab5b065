import { DeployError } from '../core/errors.ts'
import { inventoryRef, membersOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { identityOf, objectRef } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api, ListOptions } from './api.ts'

/** What the cluster holds of a set, as one look at it showed. */
export interface LiveSet {
  /** As the inventory names them. */
  readonly members: readonly Member[]
  /** Every object that carries the set's label, and those that were asked for by name, by identity. */
  readonly liveByIdentity: ReadonlyMap<string, KubeObject>
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
  const listed = await listLiveSet(api, [...desired, ...also], set)
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
  const [members, first] = await Promise.all([readMembers(api, set), listAll(api, known, set)])
  const others = new Map([...collectionsOf(members)].filter(([key]) => !known.has(key)))
  const items = [...first, ...(await listAll(api, others, set))]
  return {
    members,
    liveByIdentity: new Map(items.map((item) => [identityOf(objectRef(item)), item])),
  }
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

function collectionsOf(refs: readonly ObjectRef[]): ReadonlyMap<string, ObjectRef> {
  return new Map(refs.map((ref) => [`${ref.apiVersion}/${ref.kind}/${ref.namespace}`, ref]))
}

async function listAll(
  api: Api,
  collections: ReadonlyMap<string, ObjectRef>,
  set: ObjectSet,
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    [...collections.values()].map(async (ref) =>
      listServed(api, ref, {
        ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
        labelSelector: `${PART_OF_LABEL}=${set.id}`,
      }),
    ),
  )
  return lists.flat()
}

/** Members whose kind is no longer served went with their definition. */
async function readMembers(api: Api, set: ObjectSet): Promise<readonly Member[]> {
  const members = membersOf(await api.get(inventoryRef(set)))
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
