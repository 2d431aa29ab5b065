import { numberAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { claim } from './claim.ts'
import { conditionOf, withCondition, withoutCondition } from './conditions.ts'
import { PATHS, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import type { Recorder } from './events.ts'
import { keyOf } from './informer.ts'
import { controllerKey, controllerOf, isControlledBy } from './owners.ts'
import { createPods, deletePod, errorText } from './pod-control.ts'
import type { Queue } from './queue.ts'
import { matchesSelector } from './selectors.ts'
import {
  availableInMs,
  isActivePod,
  isReadyPod,
  isTerminatingPod,
  replicasOf,
} from './workloads.ts'
import type { ReplicaSet } from './workloads.ts'
import { timestamp } from './timestamp.ts'

const BURST = 500

/**
 * Keeps as many pods as a ReplicaSet asks for.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/replicaset/replica_set.go
 */
export function startReplicaSetController(cluster: Cluster): void {
  const record = cluster.recorder('replicaset-controller')
  const sets = cluster.informer(PATHS.replicaSets)
  const pods = cluster.informer(PATHS.pods)
  const queue = cluster.queue(async (key) => {
    const set = sets.get(key) as ReplicaSet | undefined
    if (set !== undefined) await syncReplicaSet(cluster, record, set, queue)
  })
  sets.onChange((set) => queue.add(keyOf(set)))
  pods.onChange((pod) => {
    const key = controllerKey(pod, 'ReplicaSet')
    if (key !== undefined) queue.add(key)
    else if (controllerOf(pod) === undefined) wakeAdopters(pod)
  })
  const wakeAdopters = (pod: KubeObject) => {
    for (const set of sets.list(pod.metadata.namespace) as ReplicaSet[])
      if (matchesSelector(set.spec.selector, pod.metadata.labels)) queue.add(keyOf(set))
  }
}

async function syncReplicaSet(
  cluster: Cluster,
  record: Recorder,
  set: ReplicaSet,
  queue: Queue,
): Promise<void> {
  const all = cluster.informer(PATHS.pods).list(set.metadata.namespace)
  const active = await claim(cluster, PATHS.pods, {
    owner: set,
    selector: set.spec.selector,
    candidates: all.filter(isActivePod),
  })
  const failure = await manageReplicas(cluster, record, set, active)
  const now = cluster.now()
  const terminating = all.filter((pod) => isControlledBy(pod, set) && isTerminatingPod(pod))
  await writeStatus(cluster, set, replicaSetStatus(set, active, { terminating, failure, now }))
  if (failure !== undefined) throw failure
  const waits = active.map((pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, now) ?? 0)
  const nextMs = Math.min(...waits.filter((ms) => ms > 0))
  if (Number.isFinite(nextMs)) queue.addAfter(keyOf(set), nextMs)
}

/** @returns Why pods could not be created or deleted; the status tells it before the next attempt. */
async function manageReplicas(
  cluster: Cluster,
  record: Recorder,
  set: ReplicaSet,
  active: readonly KubeObject[],
): Promise<unknown> {
  if (set.metadata.deletionTimestamp !== undefined) return undefined
  const missing = replicasOf(set) - active.length
  try {
    if (missing > 0) {
      const count = Math.min(missing, BURST)
      await createPods(cluster, record, { owner: set, count, make: () => set.spec.template })
    } else {
      const surplus = active.toSorted(byDeletionRank).slice(0, Math.min(-missing, BURST))
      await Promise.all(surplus.map((pod) => deletePod(cluster, record, { owner: set, pod })))
    }
    return undefined
  } catch (error) {
    return error
  }
}

/**
 * The status of a ReplicaSet with these active pods.
 *
 * @param context.failure Why the last creation or deletion failed, for the condition ReplicaFailure.
 */
export function replicaSetStatus(
  set: ReplicaSet,
  active: readonly KubeObject[],
  context: {
    readonly terminating: readonly KubeObject[]
    readonly failure: unknown
    readonly now: number
  },
): NonNullable<ReplicaSet['status']> {
  const { terminating, failure, now } = context
  const labels = { matchLabels: set.spec.template.metadata?.labels ?? {} }
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  const conditions = failureConditions(set, active.length, failure, now)
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => matchesSelector(labels, pod.metadata.labels))
      .length,
    readyReplicas: active.filter(isReadyPod).length,
    availableReplicas: active.filter((pod) => availableInMs(pod, minReadySeconds, now) === 0)
      .length,
    terminatingReplicas: terminating.length,
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length > 0 && { conditions }),
  }
}

/** The first failure stays until one attempt succeeds, as its reason does not change. */
function failureConditions(set: ReplicaSet, active: number, failure: unknown, now: number) {
  const conditions = set.status?.conditions ?? []
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure')
  if (conditionOf(set, 'ReplicaFailure') !== undefined) return conditions
  return withCondition(conditions, {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: timestamp(now),
    reason: active < replicasOf(set) ? 'FailedCreate' : 'FailedDelete',
    message: errorText(failure),
  })
}

async function writeStatus(
  cluster: Cluster,
  set: ReplicaSet,
  status: NonNullable<ReplicaSet['status']>,
): Promise<void> {
  const { conditions: before = [], ...counts } = set.status ?? {}
  const { conditions: after = [], ...newCounts } = status
  const isSame =
    Object.entries(newCounts).every(
      ([name, value]) => (counts[name as 'replicas'] ?? 0) === value,
    ) && JSON.stringify(before) === JSON.stringify(after)
  if (isSame) return
  const path = `${objectPath(PATHS.replicaSets, set)}/status`
  const live = await cluster.client.update(path, { ...set, status })
  cluster.informer(PATHS.replicaSets).put(live)
}

/** The least useful pods go first: unassigned, not running, not ready, restarted often, young. */
export function byDeletionRank(a: KubeObject, b: KubeObject): number {
  const [x, y] = [deletionRank(a), deletionRank(b)]
  const index = x.findIndex((value, position) => value !== y[position])
  return index === -1 ? 0 : (x[index] ?? 0) - (y[index] ?? 0)
}

function deletionRank(pod: KubeObject): number[] {
  const phases = ['Pending', 'Unknown', 'Running']
  const readySince = Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '')
  return [
    textAt(pod, 'spec', 'nodeName') ? 1 : 0,
    phases.indexOf(textAt(pod, 'status', 'phase') ?? ''),
    isReadyPod(pod) ? 1 : 0,
    isReadyPod(pod) ? -readySince : 0,
    -(numberAt(pod, 'status', 'containerStatuses', 0, 'restartCount') ?? 0),
    -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ]
}
