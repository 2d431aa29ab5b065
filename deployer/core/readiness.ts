import { condition, conditionText, isCondition } from './conditions.ts'
import { at, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { podReadiness } from './pod-readiness.ts'
import { failed, inProgress } from './readiness-result.ts'
import type { Readiness } from './readiness-result.ts'
import {
  cronJobReadiness,
  daemonSetReadiness,
  deploymentReadiness,
  jobReadiness,
  replicaSetReadiness,
  statefulSetReadiness,
} from './workload-readiness.ts'

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
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
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
  if (!isObserved(live)) return inProgress('the change has not been seen by its controller yet')
  if (isCondition(live, 'Reconciling', 'True'))
    return inProgress(conditionText(live, 'Reconciling'))
  if (isCondition(live, 'Stalled', 'True')) return failed('stalled', conditionText(live, 'Stalled'))
  return (BY_KIND[live.kind] ?? byReadyCondition)(live)
}

/** Whether the status tells of the present spec; a status without a generation is taken at its word. */
export function isObserved(live: KubeObject): boolean {
  const observed = numberAt(live, 'status', 'observedGeneration')
  const { generation } = live.metadata
  return observed === undefined || generation === undefined || observed === generation
}

type Rule = (live: KubeObject) => Readiness

const BY_KIND: Readonly<Record<string, Rule>> = {
  Pod: podReadiness,
  Job: jobReadiness,
  CronJob: cronJobReadiness,
  Deployment: deploymentReadiness,
  ReplicaSet: replicaSetReadiness,
  StatefulSet: statefulSetReadiness,
  DaemonSet: daemonSetReadiness,
  Service: serviceReadiness,
  CustomResourceDefinition: definitionReadiness,
  PersistentVolumeClaim: claimReadiness,
}

/** A load balancer's address is not awaited: where no one gives addresses it would never come. */
function serviceReadiness(live: KubeObject): Readiness {
  const isBalanced = textAt(live, 'spec', 'type') === 'LoadBalancer'
  return isBalanced && !textAt(live, 'spec', 'clusterIP')
    ? inProgress('it has no cluster IP yet')
    : { status: 'current' }
}

function definitionReadiness(live: KubeObject): Readiness {
  if (isCondition(live, 'NamesAccepted', 'False')) {
    return failed('refused', conditionText(live, 'NamesAccepted'))
  }
  if (isCondition(live, 'Established', 'True')) return { status: 'current' }
  const isInstalling = textAt(condition(live, 'Established'), 'reason') === 'Installing'
  return isCondition(live, 'Established', 'False') && !isInstalling
    ? failed('refused', conditionText(live, 'Established'))
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
    : inProgress(conditionText(live, 'Ready'))
}
