import { groupOf } from './object.ts'
import type { ObjectRef } from './object.ts'

/**
 * Kinds in the order they are applied: whatever another object needs at its admission comes first. Kinds that are not
 * listed (custom resources among them) go between the last listed workload and the webhooks, which could refuse the rest.
 */
const RANKS: readonly (readonly string[])[] = [
  [
    'CustomResourceDefinition',
    'Namespace',
    'ClusterRole',
    'PriorityClass',
    'RuntimeClass',
    'StorageClass',
    'IngressClass',
    // it does not go while a claim is bound to it
    'PersistentVolume',
  ],
  ['ClusterRoleBinding', 'ResourceQuota', 'LimitRange', 'NetworkPolicy', 'ServiceAccount', 'Role'],
  ['RoleBinding', 'ConfigMap', 'Secret', 'PersistentVolumeClaim', 'Service'],
  [
    'Pod',
    'ReplicationController',
    'ReplicaSet',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'CronJob',
  ],
  ['PodDisruptionBudget', 'HorizontalPodAutoscaler', 'Ingress'],
]
const UNKNOWN_RANK = RANKS.length
const WEBHOOK_RANK = RANKS.length + 1

/** Rank of a kind: everything of a lower rank is applied before anything of a higher one. */
function rankOf(kind: string): number {
  if (kind.endsWith('WebhookConfiguration')) return WEBHOOK_RANK
  const rank = RANKS.findIndex((kinds) => kinds.includes(kind))
  return rank === -1 ? UNKNOWN_RANK : rank
}

/** Sorts by rank, then by kind as listed, group, namespace and name: the same objects always come in the same order. */
export function inApplyOrder<T>(items: readonly T[], refOf: (item: T) => ObjectRef): readonly T[] {
  return items
    .map((item) => ({ item, key: sortKey(refOf(item)) }))
    .toSorted((a, b) => compare(a.key, b.key))
    .map(({ item }) => item)
}

/** The items of each rank, lowest first; inside a rank nothing waits for anything. */
export function inRanks<T>(
  items: readonly T[],
  refOf: (item: T) => ObjectRef,
): readonly (readonly T[])[] {
  const byRank = Map.groupBy(inApplyOrder(items, refOf), (item) => rankOf(refOf(item).kind))
  return [...byRank.entries()].toSorted(([a], [b]) => a - b).map(([, members]) => members)
}

type SortKey = readonly (number | string)[]

function sortKey(ref: ObjectRef): SortKey {
  const rank = rankOf(ref.kind)
  const position = RANKS[rank]?.indexOf(ref.kind) ?? 0
  return [rank, position, groupOf(ref.apiVersion), ref.kind, ref.namespace ?? '', ref.name]
}

function compare(a: SortKey, b: SortKey): number {
  const place = a.findIndex((part, index) => part !== b[index])
  return place === -1 ? 0 : (a[place] ?? '') < (b[place] ?? '') ? -1 : 1
}
