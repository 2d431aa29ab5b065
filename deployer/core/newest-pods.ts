import { isDeepStrictEqual } from 'node:util'
import { at, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** The objects that have this one as their controller. */
export type ChildrenOf = (owner: KubeObject) => readonly KubeObject[]

const HASH = 'pod-template-hash'
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

/**
 * The ReplicaSet of a Deployment's present template, found as its controller finds it: the oldest with the same template.
 * Neither revision nor age would do: a watch may tell of a Deployment before it tells of its new set.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/deployment/util/deployment_util.go (FindNewReplicaSet)
 */
export function newestSet(deployment: KubeObject, childrenOf: ChildrenOf): KubeObject | undefined {
  const template = templateOf(deployment)
  return childrenOf(deployment)
    .filter(({ kind }) => kind === 'ReplicaSet')
    .toSorted(byCreation)
    .find((set) => isDeepStrictEqual(templateOf(set), template))
}

/** The pod template without the label that only a set's has. */
function templateOf(owner: KubeObject): unknown {
  const metadata = at(owner, 'spec', 'template', 'metadata')
  const labels = Object.entries(at(metadata, 'labels') ?? {}).filter(([name]) => name !== HASH)
  return {
    labels: Object.fromEntries(labels),
    annotations: at(metadata, 'annotations') ?? {},
    spec: at(owner, 'spec', 'template', 'spec'),
  }
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
