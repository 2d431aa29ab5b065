import { textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { containerStatuses } from './pod-containers.ts'
import { podReadiness } from './pod-readiness.ts'
import { failed, inProgress } from './readiness-result.ts'
import type { Readiness } from './readiness-result.ts'
import { isObjectMissing } from './missing-object.ts'

const MOUNT_GRACE_MS = 10_000

/** What a pod's own status does not say: its events, and what this deploy brings with it. */
export interface PodSurroundings {
  readonly events: readonly KubeObject[]
  /** Whether the object a message calls missing was applied by this deploy. */
  readonly isExpected: (message: string) => boolean
}

/**
 * Readiness of a pod with its events: volumes that cannot be mounted show up only there, and a cluster autoscaler that
 * is adding a node makes an unschedulable pod one to wait for.
 */
export function podVerdict(pod: KubeObject, { events, isExpected }: PodSurroundings): Readiness {
  const own = podReadiness(pod, isExpected)
  if (own.status === 'failed' && own.cause === 'unschedulable') {
    const isHelped = events.some((event) => textAt(event, 'reason') === 'TriggeredScaleUp')
    return isHelped ? inProgress(`${own.reason}; the cluster autoscaler adds a node`) : own
  }
  if (own.status !== 'in-progress' || !isWaitingForVolumes(pod)) return own
  const mount = events.findLast((event) => textAt(event, 'reason') === 'FailedMount')
  if (mount === undefined) return own
  const message = textAt(mount, 'message') ?? ''
  const reason = `FailedMount: ${message}`
  return isObjectMissing(message) && !isExpected(message)
    ? failed('mount', reason, MOUNT_GRACE_MS)
    : inProgress(reason)
}

function isWaitingForVolumes(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase') ?? 'Pending'
  return (
    phase === 'Pending' &&
    containerStatuses(pod).every((status) =>
      ['ContainerCreating', 'PodInitializing'].includes(
        textAt(status, 'state', 'waiting', 'reason') ?? '',
      ),
    )
  )
}
