import { DESIRED_ANNOTATION, MAX_ANNOTATION, rolloutBounds } from './deployment-rollout.ts'
import { replicasOf } from './workloads.ts'
import type { Deployment, ReplicaSet } from './workloads.ts'

export const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision'
const HISTORY_ANNOTATION = 'deployment.kubernetes.io/revision-history'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
/** A Deployment's annotations that are not its ReplicaSets'. */
const NOT_COPIED = [
  LAST_APPLIED,
  REVISION_ANNOTATION,
  HISTORY_ANNOTATION,
  DESIRED_ANNOTATION,
  MAX_ANNOTATION,
  'deprecated.deployment.rollback.to',
]

export function revisionOf({ metadata }: ReplicaSet | Deployment): number {
  return Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0)
}

/** The revision the new ReplicaSet is to have: one above all old ones. */
export function nextRevision(oldSets: readonly ReplicaSet[]): number {
  return Math.max(0, ...oldSets.map(revisionOf)) + 1
}

/**
 * The annotations of the new ReplicaSet: the Deployment's, its revision, and the revisions it had before when a
 * rollback made it new again.
 */
export function newSetAnnotations(
  deployment: Deployment,
  current: Readonly<Record<string, string>>,
  revision: number,
): Record<string, string> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([name]) => !NOT_COPIED.includes(name),
  )
  const annotations = { ...current, ...Object.fromEntries(copied) }
  const before = current[REVISION_ANNOTATION]
  if (before !== undefined && Number(before) >= revision) return annotations
  annotations[REVISION_ANNOTATION] = String(revision)
  if (before !== undefined) {
    const history = current[HISTORY_ANNOTATION]
    annotations[HISTORY_ANNOTATION] = history ? `${history},${before}` : before
  }
  return annotations
}

/** The size the whole Deployment had when the set was scaled last; a change of it is told from a rollout by this. */
export function scaleAnnotations(deployment: Deployment): Record<string, string> {
  const replicas = replicasOf(deployment)
  return {
    [DESIRED_ANNOTATION]: String(replicas),
    [MAX_ANNOTATION]: String(replicas + rolloutBounds(deployment).surge),
  }
}

/** Whether `spec.replicas` has changed since the sets were scaled. */
export function isScalingEvent(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED_ANNOTATION]
    return (
      replicasOf(set) > 0 && desired !== undefined && Number(desired) !== replicasOf(deployment)
    )
  })
}
