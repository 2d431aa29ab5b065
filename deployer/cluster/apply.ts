import { priorOf } from '../core/adoption.ts'
import type { Prior } from '../core/adoption.ts'
import { isCopied } from '../core/copied.ts'
import { unionOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { identityOf, objectRef } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { inRanks } from '../core/order.ts'
import { ownerOf } from '../core/ownership.ts'
import { isDefinition } from '../core/prerequisites.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import type { Api } from './api.ts'
import { carryOut } from './carry-out.ts'
import type { Applied, CarryOutOptions } from './carry-out.ts'
import type { Cluster } from './connect.ts'
import { updateInventory } from './update-inventory.ts'
import type { FoundInventory } from './update-inventory.ts'

export interface ApplyPlanOptions extends CarryOutOptions, FoundInventory {
  /** All that is asked for, as it was rendered: what a healer with the same files has. */
  readonly rendered: readonly KubeObject[]
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
  const priors = priorsOf(plan, options.members)
  const known = unionOf(options.members, options.rendered).map((member) => {
    const prior = priors.get(identityOf(member))
    return prior === undefined ? member : { ...member, prior }
  })
  const leaving = plan.entries.filter(({ action }) => action === 'prune')
  const staying = plan.entries.filter(({ desired: asked }) => asked !== undefined)
  const remember = rememberer(cluster.api, options)
  const results: Applied[] = []

  for (const rank of inRanks(staying, ({ ref }) => ref)) {
    options.signal.throwIfAborted()
    // a namespace of ours must exist before the inventory can be put into it
    if (!rank.some(({ ref }) => ref.kind === 'Namespace')) {
      await remember(known)
    }
    results.push(...(await allOf(rank.map((one) => carryOutLoudly(cluster, one, options)))))
  }
  for (const rank of inRanks(leaving, ({ ref }) => ref).toReversed()) {
    options.signal.throwIfAborted()
    results.push(...(await allOf(rank.map((one) => carryOutLoudly(cluster, one, options)))))
  }
  const skipped = plan.entries.filter(({ action }) => action === 'skip')
  const staysOurs = skipped.filter(
    ({ live }) => live && ownerOf(live, options.set) === 'ours' && !isCopied(live, options.members),
  )
  const digests = new Map(known.map((member) => [identityOf(member), member.digest]))
  const members = [...results, ...staysOurs].flatMap((one) => memberOf(one, { digests, priors }))
  await remember(members)
  for (const one of skipped) options.onApplied({ entry: one, state: 'skipped' })
  return results
}

/** Makes the inventory name these, and leaves in it what another run of the same set has added meanwhile. */
function rememberer(api: Api, options: ApplyPlanOptions) {
  let found: FoundInventory = options
  let named = options.members
  return async (members: readonly Member[]): Promise<void> => {
    const ours = new Set([...named, ...members].map(identityOf))
    found = await updateInventory(api, options.set, found, (now) => [
      ...members,
      ...now.filter((one) => !ours.has(identityOf(one))),
    ])
    named = members
  }
}

async function carryOutLoudly(
  cluster: Cluster,
  one: PlanEntry,
  options: ApplyPlanOptions,
): Promise<Applied> {
  const applied = await carryOut(cluster, one, options)
  options.onApplied(applied)
  return applied
}

/** Lets every write of a rank end before the first failure is thrown, so that all that was done is also said. */
async function allOf<T>(writes: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(writes)
  return Promise.all(writes)
}

function memberOf({ live }: { readonly live?: KubeObject }, known: Remembered): readonly Member[] {
  if (!live) return []
  const { uid } = live.metadata
  const ref = objectRef(live)
  const prior = known.priors.get(identityOf(ref))
  return [
    {
      ...ref,
      ...(uid === undefined ? {} : { uid }),
      digest: known.digests.get(identityOf(ref)),
      ...(prior === undefined ? {} : { prior }),
    },
  ]
}

/** By identity. */
interface Remembered {
  readonly digests: ReadonlyMap<string, string | undefined>
  readonly priors: ReadonlyMap<string, Prior>
}

/**
 * What stood in the place of our labels, of adopted namespaces and definitions: only these may outlive their set. What is
 * made anew has nothing to give back.
 */
function priorsOf({ entries }: Plan, members: readonly Member[]): ReadonlyMap<string, Prior> {
  const remembered = new Map(members.map((member) => [identityOf(member), member]))
  const found = entries.flatMap(({ ref, action, live, desired }) => {
    if (!live || action === 'recreate' || !(ref.kind === 'Namespace' || isDefinition(live)))
      return []
    const { uid, prior } = remembered.get(identityOf(ref)) ?? {}
    const isSame = uid === undefined || uid === live.metadata.uid
    const before =
      action === 'adopt' && desired ? priorOf(live, desired) : isSame ? prior : undefined
    return before === undefined ? [] : [[identityOf(ref), before] as const]
  })
  return new Map(found)
}
