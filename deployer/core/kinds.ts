import { groupOf } from './object.ts'
import type { ObjectRef } from './object.ts'

/** How the API serves a kind. */
export interface ResourceKind {
  readonly apiVersion: string
  readonly kind: string
  /** Plural, lower case: the word in the URL. */
  readonly resource: string
  readonly namespaced: boolean
}

const CORE = [
  'ConfigMap',
  'Event',
  'LimitRange',
  'PersistentVolumeClaim',
  'Pod',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
]
const NAMESPACED: Readonly<Record<string, readonly string[]>> = {
  v1: CORE,
  'apps/v1': ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  'batch/v1': ['CronJob', 'Job'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'coordination.k8s.io/v1': ['Lease'],
  'networking.k8s.io/v1': ['NetworkPolicy', 'Ingress'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['Role', 'RoleBinding'],
}
const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  v1: ['Namespace', 'Node'],
  'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding'],
}

/**
 * The kinds every cluster serves since years, in versions that will not be removed; knowing them by heart saves the
 * discovery requests. Any other kind is asked for.
 */
export const BUILT_IN_KINDS: readonly ResourceKind[] = [
  ...entries(NAMESPACED, true),
  ...entries(CLUSTER_SCOPED, false),
]

/** Kinds of Kubernetes itself that are rarely deployed, so that discovery is asked for them where they are. */
const RARE: Readonly<Record<string, readonly string[]>> = {
  v1: ['Endpoints', 'PersistentVolume', 'PodTemplate', 'ReplicationController'],
  'admissionregistration.k8s.io/v1': [
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
  ],
  'autoscaling/v1': ['HorizontalPodAutoscaler'],
  'discovery.k8s.io/v1': ['EndpointSlice'],
  'networking.k8s.io/v1': ['IngressClass'],
  'node.k8s.io/v1': ['RuntimeClass'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'storage.k8s.io/v1': ['CSIDriver', 'StorageClass'],
}

/** Whether every cluster of today serves such objects, whatever is installed on it. */
export function isKubernetesKind(object: {
  readonly apiVersion: string
  readonly kind: string
}): boolean {
  const isRare = RARE[object.apiVersion]?.includes(object.kind) === true
  return isRare || findKind(BUILT_IN_KINDS, object) !== undefined
}

/** The kind with this apiVersion and name among those known. */
export function findKind(
  known: readonly ResourceKind[],
  wanted: { readonly apiVersion: string; readonly kind: string },
): ResourceKind | undefined {
  return known.find((one) => one.apiVersion === wanted.apiVersion && one.kind === wanted.kind)
}

/** Whether two are of one kind, in whatever versions of its group. */
export function isSameKind(
  one: { readonly apiVersion: string; readonly kind: string },
  other: { readonly apiVersion: string; readonly kind: string },
): boolean {
  return one.kind === other.kind && groupOf(one.apiVersion) === groupOf(other.apiVersion)
}

/** URL path of all objects of a kind, in one namespace or (without one) everywhere. */
export function collectionPath(kind: ResourceKind, namespace?: string): string {
  const root = groupOf(kind.apiVersion) === '' ? '/api' : '/apis'
  const isInside = kind.namespaced && namespace !== undefined
  const scope = isInside ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}/${kind.apiVersion}${scope}/${encodeURIComponent(kind.resource)}`
}

/** URL path of one object. */
export function objectPath(kind: ResourceKind, ref: ObjectRef): string {
  return `${collectionPath(kind, ref.namespace)}/${encodeURIComponent(ref.name)}`
}

function entries(
  kindsByVersion: Readonly<Record<string, readonly string[]>>,
  namespaced: boolean,
): readonly ResourceKind[] {
  return Object.entries(kindsByVersion).flatMap(([apiVersion, kinds]) =>
    kinds.map((kind) => ({ apiVersion, kind, resource: plural(kind), namespaced })),
  )
}

function plural(kind: string): string {
  const word = kind.toLowerCase()
  if (word.endsWith('y')) return `${word.slice(0, -1)}ies`
  return /(s|ss|x|ch)$/.test(word) ? `${word}es` : `${word}s`
}
