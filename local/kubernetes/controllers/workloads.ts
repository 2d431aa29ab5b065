import type { PodSpec } from '../admission/pod-spec.ts'
import { textAt } from '../object.ts'
import type { KubeObject, ObjectMeta } from '../object.ts'
import { conditionOf } from './conditions.ts'
import type { Condition } from './conditions.ts'
import type { LabelSelector } from './selectors.ts'

/** What a workload makes its pods from. */
export interface PodTemplate {
  metadata?: ObjectMeta
  spec: PodSpec & { restartPolicy?: string; hostname?: string }
}

export interface ReplicaSet extends KubeObject {
  spec: {
    replicas?: number
    minReadySeconds?: number
    selector: LabelSelector
    template: PodTemplate
  }
  status?: {
    replicas?: number
    fullyLabeledReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    terminatingReplicas?: number
    observedGeneration?: number
    conditions?: Condition[]
  }
}

export interface Deployment extends KubeObject {
  spec: {
    replicas?: number
    minReadySeconds?: number
    paused?: boolean
    progressDeadlineSeconds?: number
    revisionHistoryLimit?: number
    selector: LabelSelector
    strategy?: {
      type?: string
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string }
    }
    template: PodTemplate
  }
  status?: DeploymentStatus
}

export interface DeploymentStatus {
  observedGeneration?: number
  replicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  unavailableReplicas?: number
  terminatingReplicas?: number
  collisionCount?: number
  conditions?: Condition[]
}

/** `spec.replicas`, 1 if a server did not default it. */
export function replicasOf({ spec }: ReplicaSet | Deployment): number {
  return spec.replicas ?? 1
}

export function sumReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + replicasOf(set), 0)
}

/** Neither ended nor on its way out. */
export function isActivePod(pod: KubeObject): boolean {
  return !isFinishedPod(pod) && pod.metadata.deletionTimestamp === undefined
}

export function isFinishedPod(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase')
  return phase === 'Succeeded' || phase === 'Failed'
}

/** On its way out, but not ended yet. */
export function isTerminatingPod(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isFinishedPod(pod)
}

export function isReadyPod(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True'
}

/** Milliseconds until a ready pod counts as available; 0 when it does, undefined when it is not ready. */
export function availableInMs(
  pod: KubeObject,
  minReadySeconds: number,
  now: number,
): number | undefined {
  if (!isReadyPod(pod)) return undefined
  if (minReadySeconds === 0) return 0
  const since = Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '')
  return Number.isNaN(since) ? undefined : Math.max(0, since + minReadySeconds * 1000 - now)
}

/** Oldest first, by name when of the same second. */
export function byCreation(a: KubeObject, b: KubeObject): number {
  const [x, y] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp} ${metadata.name}`)
  return (x ?? '') < (y ?? '') ? -1 : 1
}
