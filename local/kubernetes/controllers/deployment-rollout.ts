import { replicasOf, sumReplicas } from './workloads.ts'
import type { Deployment, ReplicaSet } from './workloads.ts'

export const DESIRED_ANNOTATION = 'deployment.kubernetes.io/desired-replicas'
export const MAX_ANNOTATION = 'deployment.kubernetes.io/max-replicas'

/** The size a ReplicaSet is to have next. */
export interface Scale {
  readonly set: ReplicaSet
  readonly replicas: number
}

export function isRollingUpdate({ spec }: Deployment): boolean {
  return spec.strategy?.type !== 'Recreate'
}

/**
 * How many pods may be too many and too few during a rollout. Percentages are of the replicas, the surge rounded
 * up and the unavailable down; both zero would stand still, so then one may be unavailable.
 */
export function rolloutBounds(deployment: Deployment): { surge: number; unavailable: number } {
  if (!isRollingUpdate(deployment)) return { surge: 0, unavailable: 0 }
  const replicas = replicasOf(deployment)
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = scaled(maxSurge, replicas, Math.ceil)
  const unavailable = scaled(maxUnavailable, replicas, Math.floor)
  if (surge === 0 && unavailable === 0) return { surge, unavailable: Math.min(1, replicas) }
  return { surge, unavailable: Math.min(unavailable, replicas) }
}

function scaled(value: number | string, total: number, round: (n: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * total) / 100)
}

/** How far the new ReplicaSet may grow now, beside all others. */
export function newSetReplicas(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
): number {
  const wanted = replicasOf(deployment)
  if (!isRollingUpdate(deployment)) return wanted
  const current = newSet === undefined ? 0 : replicasOf(newSet)
  const room = wanted + rolloutBounds(deployment).surge - sumReplicas(sets)
  return room <= 0 ? current : current + Math.min(room, wanted - current)
}

/**
 * Which old ReplicaSets shrink now: first by their pods that are not available, oldest set first, then by as many
 * as are available beyond the minimum.
 */
export function shrinkOldSets(
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): Scale[] {
  const minAvailable = replicasOf(deployment) - rolloutBounds(deployment).unavailable
  const newUnavailable = replicasOf(newSet) - available(newSet)
  const room = sumReplicas([newSet, ...oldSets]) - minAvailable - newUnavailable
  if (room <= 0) return []
  const sizes = new Map(oldSets.map((set) => [set, replicasOf(set)]))
  const unhealthyRemoved = take(sizes, room, (set, size) => size - available(set))
  const surplus = [newSet, ...oldSets].reduce((sum, set) => sum + available(set), 0) - minAvailable
  take(sizes, Math.min(surplus, room - unhealthyRemoved), (_, size) => size)
  return [...sizes]
    .filter(([set, size]) => size !== replicasOf(set))
    .map(([set, replicas]) => ({ set, replicas }))
}

/** Lowers sizes in order until `budget` is used up; gives back how much it was. */
function take(
  sizes: Map<ReplicaSet, number>,
  budget: number,
  upTo: (set: ReplicaSet, size: number) => number,
): number {
  let taken = 0
  for (const [set, size] of sizes) {
    const share = Math.max(0, Math.min(upTo(set, size), budget - taken))
    sizes.set(set, size - share)
    taken += share
  }
  return taken
}

/**
 * What a change of `spec.replicas` means while a rollout is under way: each set grows or shrinks by its share, the
 * largest takes what rounding leaves over.
 *
 * @param sets All sets with pods, in rollout order; `newSet` among them if it has pods.
 */
export function scaleProportionally(deployment: Deployment, sets: readonly ReplicaSet[]): Scale[] {
  const wanted = replicasOf(deployment)
  const allowed = wanted > 0 ? wanted + rolloutBounds(deployment).surge : 0
  const toAdd = allowed - sumReplicas(sets)
  const ordered = sets.toSorted((a, b) => replicasOf(b) - replicasOf(a) || ageOrder(a, b, toAdd))
  let added = 0
  const scales = ordered.map((set) => {
    const share = toAdd === 0 ? 0 : proportion(deployment, set, allowed)
    const bounded = toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added)
    added += bounded
    return { set, replicas: replicasOf(set) + bounded }
  })
  return scales.map((scale, index) =>
    index === 0 ? { ...scale, replicas: Math.max(0, scale.replicas + toAdd - added) } : scale,
  )
}

/** Of equal size, the newer grows first and the older shrinks first. */
function ageOrder(a: ReplicaSet, b: ReplicaSet, toAdd: number): number {
  const x = a.metadata.creationTimestamp ?? ''
  const y = b.metadata.creationTimestamp ?? ''
  if (x === y) return 0
  return x > y === toAdd > 0 ? -1 : 1
}

function proportion(deployment: Deployment, set: ReplicaSet, allowed: number): number {
  const size = replicasOf(set)
  if (replicasOf(deployment) === 0) return -size
  const before =
    Number(set.metadata.annotations?.[MAX_ANNOTATION]) || (deployment.status?.replicas ?? 0)
  return before === 0 ? 0 : Math.round((size * allowed) / before) - size
}

function available({ status }: ReplicaSet): number {
  return status?.availableReplicas ?? 0
}
