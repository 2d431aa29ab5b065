import { blockers } from '../core/blockers.ts'
import { COPIED, isCopied } from '../core/copied.ts'
import type { Prior } from '../core/adoption.ts'
import { isKubernetesKind } from '../core/kinds.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { inRanks } from '../core/order.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import type { Cluster } from './connect.ts'
import { giveUp } from './give-up.ts'
import { readLiveSet, searchLiveSet } from './live-set.ts'
import type { OnHidden } from './live-set.ts'
import { reasonToKeep } from './reason-to-keep.ts'
import { isGone } from './removal.ts'

/** What became of one object. */
export interface Destroyed {
  readonly subject: string
  readonly state: 'deleted' | 'skipped' | 'left'
  readonly reason?: string
}

export interface DestroyOptions {
  readonly set: ObjectSet
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Told what is found, before the first of it is deleted. */
  readonly onFound: (subjects: readonly string[]) => void
  readonly onDestroyed: (destroyed: Destroyed) => void
  /** Told of an object that does not go at once, and why. */
  readonly onWaiting?: (subject: string, reason: string) => void
  /** Told of what cannot be listed, so that objects of it are not found without the inventory. */
  readonly onHidden: OnHidden
}

/**
 * Deletes what the set owns, in reverse order of an apply, and waits until it is gone.
 *
 * Each object is deleted by its UID, and only while it carries the set's label; a copy that others made stays. A namespace
 * or a definition that holds anything of others stays, and is given up. What blocks the rest (finalizers) is named; it stays
 * in the inventory, for the next run to find, and behind a custom resource all that would have gone after it.
 */
export async function destroySet(
  cluster: Cluster,
  options: DestroyOptions,
): Promise<readonly Destroyed[]> {
  const { set } = options
  const { api } = cluster
  const known = await readLiveSet(api, [], set)
  const { inventory, members, liveByIdentity } = known.inventory
    ? known
    : await searchLiveSet(api, set, options.onHidden)
  const objects = [...liveByIdentity.values()]
  options.onFound(objects.map((object) => subjectOf(objectRef(object))))
  const {
    ours = [],
    copied = [],
    others = [],
  } = Object.groupBy(objects, (object) => {
    if (object.metadata.labels?.[PART_OF_LABEL] !== set.id) return 'others'
    return isCopied(object, members) ? 'copied' : 'ours'
  })
  const results = [
    ...others.map((object) => say(options, object, 'skipped', 'no longer carries our label')),
    ...copied.map((object) => say(options, object, 'skipped', COPIED)),
  ]
  const priors = new Map(
    members.flatMap((one) => (one.prior ? [[identityOf(one), one.prior]] : [])),
  )
  const uids = new Set(ours.flatMap(({ metadata }) => metadata.uid ?? []))
  const bound = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])

  for (const rank of inRanks(ours, objectRef).toReversed()) {
    options.signal.throwIfAborted()
    const waited = unfinished(ours, results)
    if (waited !== undefined) {
      const why = `not deleted before ${waited} is gone, which may need it to end`
      results.push(...rank.map((object) => say(options, object, 'left', why)))
      continue
    }
    const isLeft = results.some(({ state }) => state === 'left')
    const known = { set, uids, isLeft, priors }
    const going = await Promise.all(rank.map((object) => reasonToStay(cluster, object, known)))
    const kept = rank.filter((_, index) => going[index] !== undefined)
    results.push(
      ...kept.map((object) => say(options, object, 'skipped', going[rank.indexOf(object)])),
    )
    const deleted = rank.filter((object) => !kept.includes(object))
    results.push(...(await deleteAll(cluster, deleted, options, bound)))
  }
  options.signal.throwIfAborted()
  if (!results.some(({ state }) => state === 'left')) await removeInventory(api, inventory)
  return results
}

/** A custom resource that does not end: a program of the set may have to end it, and may need its rights for that. */
function unfinished(
  ours: readonly KubeObject[],
  results: readonly Destroyed[],
): string | undefined {
  const left = results.flatMap(({ state, subject }) => (state === 'left' ? [subject] : []))
  return ours
    .filter((object) => !isKubernetesKind(object))
    .map((object) => subjectOf(objectRef(object)))
    .find((subject) => left.includes(subject))
}

interface Known {
  readonly set: ObjectSet
  /** Of the objects of the set. */
  readonly uids: ReadonlySet<string>
  /** Whether any of what was deleted before is still there. */
  readonly isLeft: boolean
  /** Of what was adopted, by identity. */
  readonly priors: ReadonlyMap<string, Prior>
}

/** What stays for the sake of others is given up: what it stays for is not ours. */
async function reasonToStay(
  cluster: Cluster,
  object: KubeObject,
  { set, uids, isLeft, priors }: Known,
): Promise<string | undefined> {
  if (isLeft && isStandingNamespace(object)) return 'objects in it are left'
  const reason = await reasonToKeep(cluster.api, object, set, uids)
  if (reason === undefined) return undefined
  return `${reason}; ${await giveUp(cluster, object, priors.get(identityOf(objectRef(object))))}`
}

async function deleteAll(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: DestroyOptions,
  bound: AbortSignal,
): Promise<readonly Destroyed[]> {
  const results: Destroyed[] = []
  await Promise.all(
    objects.map((object) => cluster.api.remove(objectRef(object), object.metadata.uid ?? '')),
  )
  const left = await isGone(cluster, objects, bound, {
    onGone: (object) => results.push(say(options, object, 'deleted')),
    onStill: (object) => options.onWaiting?.(subjectOf(objectRef(object)), blockers(object)),
  })
  options.signal.throwIfAborted()
  // once an earlier rank has used up the time, nobody has looked whether these are there
  const states = await Promise.all(
    left.map(async (object) => {
      const now = await cluster.api.get(objectRef(object))
      return now?.metadata.uid === object.metadata.uid
        ? say(options, now ?? object, 'left', blockers(now ?? object))
        : say(options, object, 'deleted')
    }),
  )
  return [...results, ...states]
}

/** The inventory goes with its namespace; elsewhere it is the last to go. */
async function removeInventory(api: Api, inventory: KubeObject | undefined): Promise<void> {
  if (inventory?.metadata.uid === undefined) return
  await api.remove(objectRef(inventory), inventory.metadata.uid)
}

/** A namespace that is on its way out needs no reason any more. */
function isStandingNamespace({ kind, metadata }: KubeObject): boolean {
  return kind === 'Namespace' && metadata.deletionTimestamp === undefined
}

function say(
  { onDestroyed }: DestroyOptions,
  object: KubeObject,
  state: Destroyed['state'],
  reason?: string,
): Destroyed {
  const destroyed = {
    subject: subjectOf(objectRef(object)),
    state,
    ...(reason === undefined ? {} : { reason }),
  }
  onDestroyed(destroyed)
  return destroyed
}
