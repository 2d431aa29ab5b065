import { numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** The objects that have this one as their controller. */
export type ChildrenOf = (owner: KubeObject) => readonly KubeObject[]

const REVISION = 'deployment.kubernetes.io/revision'
const REVISION_HASH = 'controller-revision-hash'
const TEMPLATE_GENERATION = 'pod-template-generation'
const DEPRECATED_GENERATION = 'deprecated.daemonset.template.generation'

/** Kinds whose pods tell more than they do themselves. */
export const WORKLOADS: readonly string[] = [
  'DaemonSet',
  'Deployment',
  'Job',
  'ReplicaSet',
  'StatefulSet',
]

/**
 * The pods of a workload's present template, newest last. What an older template's pods do says nothing about this
 * deploy: they are on their way out.
 *
 * @param workload With a status that has seen its generation; before, the newest set is still the old one.
 */
export function newestPods(workload: KubeObject, childrenOf: ChildrenOf): readonly KubeObject[] {
  const set = workload.kind === 'Deployment' ? newestSet(workload, childrenOf) : workload
  if (set === undefined) return []
  return childrenOf(set)
    .filter(({ kind, metadata }) => kind === 'Pod' && metadata.deletionTimestamp === undefined)
    .filter((pod) => isOfPresentTemplate(pod, workload))
    .toSorted(byCreation)
}

/** The ReplicaSet of a Deployment's present template: the one of its revision, else the youngest. */
export function newestSet(deployment: KubeObject, childrenOf: ChildrenOf): KubeObject | undefined {
  const sets = childrenOf(deployment).filter(({ kind }) => kind === 'ReplicaSet')
  const revision = deployment.metadata.annotations?.[REVISION]
  const ofRevision = sets.find(({ metadata }) => metadata.annotations?.[REVISION] === revision)
  return revision !== undefined && ofRevision ? ofRevision : sets.toSorted(byCreation).at(-1)
}

function isOfPresentTemplate(pod: KubeObject, workload: KubeObject): boolean {
  if (workload.kind === 'StatefulSet') {
    const revision = textAt(workload, 'status', 'updateRevision')
    return revision === undefined || pod.metadata.labels?.[REVISION_HASH] === revision
  }
  if (workload.kind === 'DaemonSet') {
    const generation =
      workload.metadata.annotations?.[DEPRECATED_GENERATION] ??
      numberAt(workload, 'metadata', 'generation')
    const label = pod.metadata.labels?.[TEMPLATE_GENERATION]
    return label === undefined || label === String(generation)
  }
  return true
}

function byCreation(a: KubeObject, b: KubeObject): number {
  return createdAt(a).localeCompare(createdAt(b))
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? ''
}
