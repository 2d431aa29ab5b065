import { at, isFields, listAt, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { podReadiness } from './pod-readiness.ts'

/** How ready one live object is; `reason` is the server's own message. */
export type Readiness =
  | { readonly status: 'current'; readonly reason?: string }
  | { readonly status: 'in-progress'; readonly reason: string }
  /** Hopeless; `retryable` says that it may still pass, and how long to give it. */
  | { readonly status: 'failed'; readonly reason: string; readonly graceMs: number }
  | { readonly status: 'terminating' }

/** Kinds that are ready as soon as they exist: there is nothing to watch. */
const READY_AT_ONCE = [
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'NetworkPolicy',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'ResourceQuota',
  'LimitRange',
  'Namespace',
  'CronJob',
  'Lease',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
]

/** Whether a wait has to look at objects of this kind. */
export function isWaitedFor(kind: string): boolean {
  return !READY_AT_ONCE.includes(kind)
}

/**
 * Readiness of a live object by the kstatus rules, with a run-to-completion pod or Job ready only when it has succeeded,
 * and failed when it has failed.
 *
 * @param live As the API server returned it, with `status`.
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function readiness(live: KubeObject): Readiness {
  if (live.metadata.deletionTimestamp !== undefined) return { status: 'terminating' }
  const observed = numberAt(live, 'status', 'observedGeneration')
  const generation = live.metadata.generation
  if (observed !== undefined && generation !== undefined && observed !== generation) {
    return inProgress('the change has not been seen by its controller yet')
  }
  if (conditionIs(live, 'Reconciling', 'True')) return inProgress(messageOf(live, 'Reconciling'))
  if (conditionIs(live, 'Stalled', 'True')) return failed(messageOf(live, 'Stalled'))
  return (BY_KIND[live.kind] ?? byReadyCondition)(live)
}

type Rule = (live: KubeObject) => Readiness

const BY_KIND: Readonly<Record<string, Rule>> = {
  Pod: podReadiness,
  Job: jobReadiness,
  Deployment: deploymentReadiness,
  CustomResourceDefinition: definitionReadiness,
  PersistentVolumeClaim: claimReadiness,
}
const QUOTA_GRACE_MS = 5_000

function jobReadiness(live: KubeObject): Readiness {
  if (conditionIs(live, 'Complete', 'True')) return { status: 'current' }
  if (conditionIs(live, 'Failed', 'True')) return failed(messageOf(live, 'Failed'))
  if (conditionIs(live, 'Suspended', 'True')) return { status: 'current', reason: 'suspended' }
  return inProgress(`${numberAt(live, 'status', 'active') ?? 0} pods active, not complete`)
}

function deploymentReadiness(live: KubeObject): Readiness {
  const progressing = condition(live, 'Progressing')
  if (textAt(progressing, 'reason') === 'ProgressDeadlineExceeded') {
    return failed(messageOf(live, 'Progressing'))
  }
  if (conditionIs(live, 'ReplicaFailure', 'True')) {
    return failed(messageOf(live, 'ReplicaFailure'), QUOTA_GRACE_MS)
  }
  const wanted = numberAt(live, 'spec', 'replicas') ?? 1
  const count = (key: string) => numberAt(live, 'status', key) ?? 0
  if (count('updatedReplicas') < wanted)
    return inProgress(`${count('updatedReplicas')} of ${wanted} replicas updated`)
  if (count('replicas') > wanted)
    return inProgress(`${count('replicas') - wanted} old replicas still there`)
  if (count('availableReplicas') < wanted) {
    return inProgress(`${count('availableReplicas')} of ${wanted} replicas available`)
  }
  return conditionIs(live, 'Available', 'True')
    ? { status: 'current' }
    : inProgress('not available')
}

function definitionReadiness(live: KubeObject): Readiness {
  if (conditionIs(live, 'NamesAccepted', 'False')) return failed(messageOf(live, 'NamesAccepted'))
  return conditionIs(live, 'Established', 'True')
    ? { status: 'current' }
    : inProgress('not established')
}

function claimReadiness(live: KubeObject): Readiness {
  const phase = textAt(live, 'status', 'phase') ?? 'Pending'
  return phase === 'Bound' ? { status: 'current' } : inProgress(phase)
}

/** Any other kind: the condition Ready if it has one; a kind without status is ready when it exists. */
function byReadyCondition(live: KubeObject): Readiness {
  const ready = condition(live, 'Ready')
  return ready === undefined || at(ready, 'status') === 'True'
    ? { status: 'current' }
    : inProgress(messageOf(live, 'Ready'))
}

function condition(live: KubeObject, type: string): unknown {
  return listAt(live, 'status', 'conditions').find((one) => isFields(one) && one['type'] === type)
}

function conditionIs(live: KubeObject, type: string, status: 'True' | 'False'): boolean {
  return textAt(condition(live, type), 'status') === status
}

function messageOf(live: KubeObject, type: string): string {
  const found = condition(live, type)
  const parts = [textAt(found, 'reason'), textAt(found, 'message')].filter((part) => part)
  return parts.length > 0 ? parts.join(': ') : `condition ${type}`
}

function inProgress(reason: string): Readiness {
  return { status: 'in-progress', reason }
}

function failed(reason: string, graceMs = 0): Readiness {
  return { status: 'failed', reason, graceMs }
}
