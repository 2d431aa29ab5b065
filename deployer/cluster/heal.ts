import { DeployError, isFailure } from '../core/errors.ts'
import { inventoryRef } from '../core/inventory.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { ListOptions } from './api.ts'
import type { Cluster } from './connect.ts'
import { keeperOf } from './keeper.ts'
import type { Keeper } from './keeper.ts'
import type { Healed } from './look.ts'
import { readMembership } from './membership.ts'
import { steadyWatch } from './steady-watch.ts'

export interface HealOptions {
  readonly set: ObjectSet
  readonly now: () => number
  readonly signal: AbortSignal
  /** Asked before each write. */
  readonly stillLeading: () => Promise<boolean>
  readonly onHealed: (healed: Healed) => void
  readonly onWarning: (message: string) => void
}

/**
 * Puts back what is edited or deleted, until `signal` ends it; what is under way is finished first.
 *
 * One watch per kind and namespace, and one of the inventory.
 *
 * @param desired As it was deployed; of other objects nothing is touched.
 * @throws {DeployError} `ERR_NOT_FOUND` if nothing is deployed, also as soon as nothing is any more.
 */
export async function healSet(
  cluster: Cluster,
  desired: readonly KubeObject[],
  options: HealOptions,
): Promise<void> {
  const membership = await readMembership(cluster.api, options.set)
  if (!membership) throw nothingDeployed(options.set)
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const failed = Promise.withResolvers<never>()
  const keepers = desired.map((object) =>
    keeperOf(object, {
      ...options,
      api: cluster.api,
      signal,
      membership,
      onError: (error) => failed.reject(error),
    }),
  )
  const collections = Map.groupBy(keepers, ({ desired: { apiVersion, kind, metadata } }) =>
    [apiVersion, kind, metadata.namespace].join('/'),
  )
  const watches = [...collections.values()].map((members) =>
    watchMembers(cluster, members, { ...options, signal }),
  )
  try {
    await Promise.race([
      Promise.all([...watches, watchInventory(cluster, { ...options, signal })]),
      failed.promise,
    ])
  } finally {
    ended.abort()
    await Promise.all(keepers.map((keeper) => keeper.idle()))
  }
}

async function watchMembers(
  cluster: Cluster,
  members: readonly Keeper[],
  options: HealOptions,
): Promise<void> {
  const [first] = members
  if (!first) return
  const { kind: name, metadata } = first.desired
  const kind = await cluster.api.kindOf(first.desired)
  const byIdentity = new Map(
    members.map((keeper) => [identityOf(objectRef(keeper.desired)), keeper]),
  )
  const selected: ListOptions = {
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labelSelector: `${PART_OF_LABEL}=${options.set.id}`,
  }
  const onBreak = breakReporter(`Watching ${name}`, options)
  try {
    const events = steadyWatch(cluster, kind, selected, { signal: options.signal, onBreak })
    for await (const event of events) {
      if (event.type === 'listed') seeMissing(byIdentity, event.objects)
      else {
        const live = event.type === 'present' ? event.object : undefined
        byIdentity.get(identityOf(objectRef(event.object)))?.see(live)
      }
    }
  } catch (error) {
    if (!isFailure(error, 'ERR_FORBIDDEN')) throw error
    options.onWarning(`${error.message}; ${name} objects are not healed`)
  }
}

/** A list shows also what is not there. */
function seeMissing(keepers: ReadonlyMap<string, Keeper>, objects: readonly KubeObject[]): void {
  const there = new Set(objects.map((object) => identityOf(objectRef(object))))
  for (const [identity, keeper] of keepers) if (!there.has(identity)) keeper.see(undefined)
}

/** The end of the inventory is the end of the set: it goes last when all is destroyed, and with its namespace. */
async function watchInventory(cluster: Cluster, options: HealOptions): Promise<void> {
  const ref = inventoryRef(options.set)
  const kind = await cluster.api.kindOf(ref)
  const one = {
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    fieldSelector: `metadata.name=${ref.name}`,
  }
  const onBreak = breakReporter('Watching the inventory', options)
  for await (const event of steadyWatch(cluster, kind, one, { signal: options.signal, onBreak })) {
    const isGone = event.type === 'gone' || (event.type === 'listed' && event.objects.length === 0)
    if (isGone && !(await cluster.api.get(ref))) throw nothingDeployed(options.set)
  }
}

function nothingDeployed(set: ObjectSet): DeployError {
  const subject = subjectOf(inventoryRef(set))
  return new DeployError('ERR_NOT_FOUND', `${subject}: not there: nothing is deployed to heal`, {
    subject,
  })
}

/** Says when a watch breaks and when it is back, not each attempt in between. */
function breakReporter(what: string, { onWarning }: HealOptions) {
  let isBroken = false
  return (reason: string | undefined) => {
    if (reason === undefined) onWarning(`${what}: back again`)
    else if (!isBroken) onWarning(`${what}: interrupted (${reason}); trying again`)
    isBroken = reason !== undefined
  }
}
