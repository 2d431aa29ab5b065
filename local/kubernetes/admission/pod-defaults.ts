import type { KubeObject } from '../object.ts'
import { refuseEarly } from './context.ts'
import type { AdmissionContext } from './context.ts'
import { podSpec } from './pod-spec.ts'
import type { PodSpec } from './pod-spec.ts'

/** The two classes every cluster has; PriorityClass objects are not served here. */
const PRIORITY_CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
])
const EVICTION_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const EVICTION_SECONDS = 300

/**
 * Priority and the two tolerations that let a pod stay five minutes on a node that is lost.
 *
 * @returns The pod as it goes on.
 * @throws {StatusError} 403 for an unknown priority class or a priority that is not the class's.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/plugin/pkg/admission/priority/admission.go
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/plugin/pkg/admission/defaulttolerationseconds/admission.go
 */
export function admitPodDefaults(context: AdmissionContext): KubeObject {
  if (context.resource !== 'pods') return context.object
  const pod = structuredClone(context.object)
  const spec = podSpec(pod)
  if (context.operation === 'CREATE') setPriority(spec, context)
  else keepPriority(spec, context.old)
  addTolerations(spec)
  return pod
}

function setPriority(spec: PodSpec, context: AdmissionContext): void {
  const name = spec.priorityClassName ?? ''
  const priority = name === '' ? 0 : PRIORITY_CLASSES.get(name)
  if (priority === undefined)
    throw refuseEarly(context, `no PriorityClass with name ${name} was found`)
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw refuseEarly(
      context,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    )
  }
  const policy = 'PreemptLowerPriority'
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuseEarly(
      context,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    )
  }
  spec.priority = priority
  spec.preemptionPolicy = policy
}

/** A writer that leaves them out does not mean to remove them. */
function keepPriority(spec: PodSpec, old: KubeObject | undefined): void {
  const before = old === undefined ? undefined : podSpec(old)
  if (before?.priority !== undefined) spec.priority ??= before.priority
  if (before?.preemptionPolicy !== undefined) spec.preemptionPolicy ??= before.preemptionPolicy
}

function addTolerations(spec: PodSpec): void {
  for (const key of EVICTION_TAINTS) {
    const tolerated = spec.tolerations?.some(
      (toleration) =>
        (!toleration.key || toleration.key === key) &&
        (!toleration.effect || toleration.effect === 'NoExecute'),
    )
    if (tolerated) continue
    const toleration = { key, operator: 'Exists', effect: 'NoExecute' }
    ;(spec.tolerations ??= []).push({ ...toleration, tolerationSeconds: EVICTION_SECONDS })
  }
}
