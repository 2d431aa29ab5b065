import type { PodSpec, Toleration } from '../admission/pod-spec.ts'
import { podSpec } from '../admission/pod-spec.ts'
import { podUsage } from '../admission/pod-usage.ts'
import { ZERO, addQuantities, count, parseQuantity } from '../admission/quantity.ts'
import type { Quantities } from '../admission/quantity.ts'
import { at, listAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { matchesSelector } from './selectors.ts'
import type { LabelSelector } from './selectors.ts'

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

type Expressions = LabelSelector['matchExpressions']

/** A node and what runs on it. */
export interface Candidate {
  readonly node: KubeObject
  /** Pods bound to it that have not ended. */
  readonly pods: readonly KubeObject[]
}

/**
 * Why a pod cannot run on a node, in the scheduler's words; empty when it can. The first filter that rejects
 * decides, except that every missing resource is named.
 *
 * @see https://github.com/kubernetes/kubernetes/tree/v1.36.3/pkg/scheduler/framework/plugins
 */
export function rejections(pod: KubeObject, { node, pods }: Candidate): string[] {
  const spec = podSpec(pod)
  const taint = untolerated(spec.tolerations ?? [], node)
  if (at(node, 'spec', 'unschedulable') === true && !toleratesCordon(spec))
    return ['node(s) were unschedulable']
  if (taint !== undefined) return [taint]
  if (!matchesNode(spec, node)) return ["node(s) didn't match Pod's node affinity/selector"]
  return insufficient(pod, node, pods)
}

/** What the scheduler adds since 1.35, where it could also have taken a device from another pod. */
const AFTERMATH = 'no new claims to deallocate'

/** `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. no new claims …` */
export function unschedulableMessage(reasonsByNode: readonly (readonly string[])[]): string {
  if (reasonsByNode.length === 0) return 'no nodes available to schedule pods'
  const total = reasonsByNode.length
  const counts = new Map<string, number>()
  for (const reason of reasonsByNode.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const reasons = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).toSorted()
  return `0/${total} nodes are available: ${reasons.join(', ')}. ${AFTERMATH}, ${preemption(reasonsByNode)}`
}

/** Evicting pods would free resources, and nothing else; here every pod has the same priority. */
function preemption(reasonsByNode: readonly (readonly string[])[]): string {
  const helped = reasonsByNode.filter((reasons) => reasons.every(isAboutResources)).length
  const total = reasonsByNode.length
  const parts = [
    ...(helped > 0 ? [`${helped} No preemption victims found for incoming pod`] : []),
    ...(helped < total ? [`${total - helped} Preemption is not helpful for scheduling`] : []),
  ]
  return `preemption: 0/${total} nodes are available: ${parts.toSorted().join(', ')}.`
}

function isAboutResources(reason: string): boolean {
  return /^Insufficient |^Too many pods$/.test(reason)
}

function toleratesCordon(spec: PodSpec): boolean {
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
  return (spec.tolerations ?? []).some((toleration) => tolerates(toleration, cordon))
}

function untolerated(tolerations: readonly Toleration[], node: KubeObject): string | undefined {
  const taints = listAt(node, 'spec', 'taints') as readonly Taint[]
  const hard = taints.filter(({ effect }) => effect !== 'PreferNoSchedule')
  const bad = hard.find((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)))
  return bad && 'node(s) had untolerated taint(s)'
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (!toleration.key) return toleration.operator === 'Exists'
  if (toleration.key !== taint.key) return false
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')
}

/** `nodeSelector` and the required node affinity; terms are alternatives, expressions in a term are not. */
function matchesNode(spec: PodSpec, node: KubeObject): boolean {
  const matchLabels = at(spec, 'nodeSelector') as Record<string, string> | undefined
  const labels = node.metadata.labels ?? {}
  if (!matchesSelector({ ...(matchLabels && { matchLabels }) }, labels)) return false
  const required = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']
  if (at(spec, ...required) === undefined) return true
  const fields = { 'metadata.name': node.metadata.name ?? '' }
  return listAt(spec, ...required, 'nodeSelectorTerms').some((term) => {
    const expressions = listAt(term, 'matchExpressions') as NonNullable<Expressions>
    const onFields = listAt(term, 'matchFields') as NonNullable<Expressions>
    return (
      expressions.length + onFields.length > 0 &&
      matchesSelector({ matchExpressions: expressions }, labels) &&
      matchesSelector({ matchExpressions: onFields }, fields)
    )
  })
}

function insufficient(pod: KubeObject, node: KubeObject, pods: readonly KubeObject[]): string[] {
  const capacity = at(node, 'status', 'allocatable') as Record<string, string> | undefined
  if (capacity === undefined) return []
  const used = pods.map(requests).reduce(addQuantities, {})
  const wanted = requests(pod)
  const total = addQuantities(used, wanted)
  const isShort = (name: string) =>
    (wanted[name]?.milli ?? 0n) > 0n &&
    (total[name] ?? ZERO).milli > parseQuantity(capacity[name] ?? 0).milli
  return ['pods', 'cpu', 'memory', 'ephemeral-storage']
    .filter(isShort)
    .map((name) => (name === 'pods' ? 'Too many pods' : `Insufficient ${name}`))
}

function requests(pod: KubeObject): Quantities {
  return { pods: count(1), ...podUsage(pod) }
}
