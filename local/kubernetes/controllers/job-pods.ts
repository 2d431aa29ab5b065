import { listAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import type { Condition } from './conditions.ts'
import { conditionOf } from './conditions.ts'
import type { LabelSelector } from './selectors.ts'
import type { PodTemplate } from './workloads.ts'

export interface Job extends KubeObject {
  spec: {
    completions?: number
    parallelism?: number
    backoffLimit?: number
    activeDeadlineSeconds?: number
    ttlSecondsAfterFinished?: number
    suspend?: boolean
    selector?: LabelSelector
    template: PodTemplate
  }
  status?: JobStatus
}

export interface JobStatus {
  active?: number
  ready?: number
  terminating?: number
  succeeded?: number
  failed?: number
  startTime?: string
  completionTime?: string
  conditions?: Condition[]
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] }
}

/** Holds a pod until its end is in the Job's counts, so that none is lost or counted twice. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking'

export function isTracked({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) === true
}

export function isSucceededPod(pod: KubeObject): boolean {
  return textAt(pod, 'status', 'phase') === 'Succeeded'
}

/** Failed, or on its way out without having succeeded. */
export function isFailedPod(pod: KubeObject): boolean {
  if (textAt(pod, 'status', 'phase') === 'Failed') return true
  return pod.metadata.deletionTimestamp !== undefined && !isSucceededPod(pod)
}

/** When a pod ended: its last container, else when it stopped being ready, else its deletion. */
export function finishedAtMs(pod: KubeObject, now: number): number {
  const ends = listAt(pod, 'status', 'containerStatuses').map((status) =>
    Date.parse(textAt(status, 'state', 'terminated', 'finishedAt') ?? ''),
  )
  const latest = Math.max(...ends.filter((end) => !Number.isNaN(end)))
  if (Number.isFinite(latest)) return latest
  const { deletionTimestamp } = pod.metadata
  const fallback = conditionOf(pod, 'Ready')?.lastTransitionTime ?? deletionTimestamp
  return fallback === undefined ? now : Date.parse(fallback)
}
