import { invalid } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import { refuse } from './context.ts'
import type { AdmissionContext } from './context.ts'
import { describe, evaluate } from './pod-security/evaluate.ts'
import { compareLevels, labelErrors, levelVersion, policyOf } from './pod-security/policy.ts'
import type { LevelVersion, Policy } from './pod-security/policy.ts'
import { podLike, podSpec } from './pod-spec.ts'
import type { Container } from './pod-spec.ts'

/**
 * The Pod Security Standards, by the labels of the namespace: pods are refused, workloads with a pod template
 * only warned about, and a namespace's own labels must be well-formed.
 *
 * @throws {StatusError} 403 `pods "x" is forbidden: violates PodSecurity "restricted:latest": …`;
 *   422 for a namespace whose labels are wrong.
 * @see https://github.com/kubernetes/pod-security-admission/blob/v0.36.3/admission/admission.go
 */
export function admitPodSecurity(context: AdmissionContext): void {
  if (context.resource === 'namespaces') return admitLabels(context)
  const pod = podLike(context.resource, context.object)
  if (pod === undefined || !isSignificant(context)) return
  const namespace = context.lookup('namespaces', '', context.namespace ?? '')
  const policy = policyOf(namespace?.metadata.labels)

  if (context.resource === 'pods') {
    const violations = evaluate(pod, policy.enforce)
    if (violations.length > 0)
      throw refuse(
        context,
        `violates PodSecurity "${levelVersion(policy.enforce)}": ${describe(violations)}`,
      )
  }
  const warnings = evaluate(pod, policy.warn)
  if (warnings.length > 0)
    context.warnings?.push(
      `would violate PodSecurity "${levelVersion(policy.warn)}": ${describe(warnings)}`,
    )
}

/** An update of a pod counts when containers come or go, or an image changes; other fields cannot change. */
function isSignificant({ resource, operation, object, old }: AdmissionContext): boolean {
  if (resource !== 'pods' || operation === 'CREATE' || old === undefined) return true
  return (['containers', 'initContainers', 'ephemeralContainers'] as const).some((list) => {
    const images = (pod: KubeObject) => (podSpec(pod)[list] ?? []).map(nameAndImage).join('\n')
    return images(object) !== images(old)
  })
}

function nameAndImage({ name, image }: Container): string {
  return `${name} ${image}`
}

function admitLabels(context: AdmissionContext): void {
  const { object, old, name } = context
  const errors = labelErrors(object.metadata.labels)
  // Labels that were wrong already (written before the rule, say) do not block another change.
  const before = old === undefined ? [] : labelErrors(old.metadata.labels)
  if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(before))
    throw invalid({ kind: 'Namespace', name }, errors)
  if (old === undefined) return
  const policy = policyOf(object.metadata.labels)
  if (isStricter(policy, policyOf(old.metadata.labels))) warnAboutPods(context, policy.enforce)
}

function isStricter({ enforce }: Policy, { enforce: before }: Policy): boolean {
  if (levelVersion(enforce) === levelVersion(before) || enforce.level === 'privileged') return false
  return enforce.version !== before.version || compareLevels(enforce.level, before.level) > 0
}

/** The pods that are there stay, and are named. */
function warnAboutPods(context: AdmissionContext, enforce: LevelVersion): void {
  const podsByReason = new Map<string, string[]>()
  for (const pod of context.list('pods', context.name)) {
    const violations = evaluate({ metadata: pod.metadata, spec: podSpec(pod) }, enforce)
    if (violations.length === 0) continue
    const reason = violations.map((violation) => violation.reason).join(', ')
    podsByReason.set(reason, [...(podsByReason.get(reason) ?? []), pod.metadata.name ?? ''])
  }
  if (podsByReason.size === 0) return
  const lines = [...podsByReason].map(([reason, names]) => `${firstOf(names)}: ${reason}`)
  context.warnings?.push(
    `existing pods in namespace "${context.name}" violate the new PodSecurity enforce level "${levelVersion(enforce)}"`,
    ...lines.toSorted(),
  )
}

function firstOf(names: readonly string[]): string {
  const [first = ''] = names.toSorted()
  if (names.length === 1) return first
  return names.length === 2
    ? `${first} (and 1 other pod)`
    : `${first} (and ${names.length - 1} other pods)`
}
