import { conditionOf, withCondition, withoutCondition } from './conditions.ts'
import type { Condition } from './conditions.ts'
import { rolloutBounds } from './deployment-rollout.ts'
import { replicasOf, sumReplicas } from './workloads.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from './workloads.ts'
import { timestamp } from './timestamp.ts'

/** A progressDeadlineSeconds of the largest integer means none. */
const NO_DEADLINE = 2_147_483_647

/** The ReplicaSets of a Deployment at one moment. */
export interface RolloutState {
  readonly newSet: ReplicaSet | undefined
  /** The new one included. */
  readonly sets: readonly ReplicaSet[]
  readonly now: number
}

/**
 * The status of a Deployment: counts and the condition Available, beside its present conditions.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/deployment/sync.go
 */
export function deploymentStatus(deployment: Deployment, state: RolloutState): DeploymentStatus {
  const { newSet, sets, now } = state
  const total = (
    count: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
  ) => sets.reduce((sum, { status }) => sum + (status?.[count] ?? 0), 0)
  const availableReplicas = total('availableReplicas')
  const minimum = replicasOf(deployment) - rolloutBounds(deployment).unavailable
  const { collisionCount, conditions = [] } = deployment.status ?? {}
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: total('replicas'),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: total('readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, sumReplicas(sets) - availableReplicas),
    terminatingReplicas: total('terminatingReplicas'),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions: withCondition(conditions, availability(availableReplicas >= minimum, now)),
  }
}

/**
 * The same with the condition Progressing (what the rollout did last, or that its deadline has passed) and
 * ReplicaFailure, taken over from the ReplicaSets.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/deployment/progress.go
 */
export function rolloutStatus(deployment: Deployment, state: RolloutState): DeploymentStatus {
  const status = deploymentStatus(deployment, state)
  const conditions = progressing(deployment, status, state)
  const failure = replicaFailure(state)
  return {
    ...status,
    conditions:
      failure === undefined
        ? withoutCondition(conditions, 'ReplicaFailure')
        : withCondition(conditions, failure),
  }
}

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NO_DEADLINE
}

/** Every replica is of the new template and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = replicasOf(deployment)
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

/** Milliseconds until the progress deadline, undefined when there is nothing to wait for. */
export function deadlineInMs(deployment: Deployment, now: number): number | undefined {
  const current = conditionOf(deployment, 'Progressing')
  if (!hasDeadline(deployment) || current === undefined) return undefined
  const isSettled = isComplete(deployment, deployment.status)
  if (isSettled || current.reason === 'ProgressDeadlineExceeded') return undefined
  const from = Date.parse(current.lastUpdateTime ?? '')
  return Math.max(0, from + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 - now)
}

/** A new entry for `status.conditions`, as of `now`. */
export function deploymentCondition(
  type: string,
  status: Condition['status'],
  text: { readonly reason: string; readonly message: string; readonly now: number },
): Condition {
  const time = timestamp(text.now)
  const { reason, message } = text
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message }
}

function availability(isAvailable: boolean, now: number): Condition {
  return isAvailable
    ? deploymentCondition('Available', 'True', {
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
        now,
      })
    : deploymentCondition('Available', 'False', {
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
        now,
      })
}

function progressing(
  deployment: Deployment,
  status: DeploymentStatus,
  { newSet, now }: RolloutState,
): Condition[] {
  const conditions = status.conditions ?? []
  if (!hasDeadline(deployment)) return withoutCondition(conditions, 'Progressing')
  const current = conditionOf(deployment, 'Progressing')
  const isDone = current?.reason === 'NewReplicaSetAvailable'
  if (isDone && status.replicas === status.updatedReplicas) return conditions

  const subject = newSet
    ? `ReplicaSet "${newSet.metadata.name}"`
    : `Deployment "${deployment.metadata.name}"`
  const condition = (value: Condition['status'], reason: string, verb: string) =>
    deploymentCondition('Progressing', value, { reason, message: `${subject} ${verb}.`, now })
  if (isComplete(deployment, status)) {
    const done = condition('True', 'NewReplicaSetAvailable', 'has successfully progressed')
    return withCondition(conditions, done)
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const made = condition('True', 'ReplicaSetUpdated', 'is progressing')
    // Every step renews the time the deadline counts from; the transition time is of the status alone.
    const kept = current?.status === 'True' ? current.lastTransitionTime : made.lastTransitionTime
    return [
      ...withoutCondition(conditions, 'Progressing'),
      { ...made, ...(kept !== undefined && { lastTransitionTime: kept }) },
    ]
  }
  if (isTimedOut(deployment, current, now)) {
    const late = condition('False', 'ProgressDeadlineExceeded', 'has timed out progressing')
    return withCondition(conditions, late)
  }
  return conditions
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldReplicas(after) < oldReplicas(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

function oldReplicas({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number {
  return replicas - updatedReplicas
}

function isTimedOut({ spec }: Deployment, current: Condition | undefined, now: number): boolean {
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return false
  if (current.reason === 'ProgressDeadlineExceeded') return true
  const from = Date.parse(current.lastUpdateTime ?? '')
  return from + (spec.progressDeadlineSeconds ?? 0) * 1000 < now
}

function replicaFailure({ newSet, sets }: RolloutState): Condition | undefined {
  const ordered = newSet === undefined ? sets : [newSet, ...sets]
  const failures = ordered.flatMap((set) => conditionOf(set, 'ReplicaFailure') ?? [])
  const [failure] = failures
  return failure && { lastUpdateTime: failure.lastTransitionTime ?? '', ...failure }
}
