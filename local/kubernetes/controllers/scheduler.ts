import { listAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { conditionOf, withCondition } from './conditions.ts'
import { PATHS, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import type { Recorder } from './events.ts'
import { keyOf } from './informer.ts'
import { rejections, unschedulableMessage } from './scheduling.ts'
import type { Candidate } from './scheduling.ts'
import { isFinishedPod } from './workloads.ts'
import { timestamp } from './timestamp.ts'

const SCHEDULER = 'default-scheduler'

/**
 * Binds pods to nodes. Filters are those of `rejections`; among what is left the node with the fewest pods wins.
 *
 * Simpler than the cloud: no priorities, no preemption, no affinity among pods, no topology spread.
 */
export function startScheduler(cluster: Cluster): void {
  const record = cluster.recorder(SCHEDULER)
  const pods = cluster.informer(PATHS.pods)
  const nodes = cluster.informer(PATHS.nodes)
  const queue = cluster.queue(async (key) => {
    const pod = pods.get(key)
    if (pod === undefined || !isWaiting(pod)) return
    await Promise.all([nodes.synced, pods.synced])
    await schedule(cluster, record, pod)
  })
  const retryAll = () => {
    for (const pod of pods.list()) if (isWaiting(pod)) queue.add(keyOf(pod))
  }
  pods.onChange((pod, change) => {
    if (isWaiting(pod)) queue.add(keyOf(pod))
    // What a pod leaves free may be what another waits for.
    else if (change === 'deleted' || isFinishedPod(pod)) retryAll()
  })
  nodes.onChange(retryAll)
}

function isWaiting(pod: KubeObject): boolean {
  return (
    !textAt(pod, 'spec', 'nodeName') &&
    (textAt(pod, 'spec', 'schedulerName') ?? SCHEDULER) === SCHEDULER &&
    pod.metadata.deletionTimestamp === undefined &&
    !isFinishedPod(pod) &&
    listAt(pod, 'spec', 'schedulingGates').length === 0
  )
}

async function schedule(cluster: Cluster, record: Recorder, pod: KubeObject): Promise<void> {
  const candidates = candidatesOf(cluster)
  const verdicts = candidates.map((candidate) => ({
    candidate,
    reasons: rejections(pod, candidate),
  }))
  const fitting = verdicts
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ candidate }) => candidate)
    .toSorted((a, b) => a.pods.length - b.pods.length || (keyOf(a.node) < keyOf(b.node) ? -1 : 1))
  const [best] = fitting
  if (best !== undefined) return bind(cluster, record, pod, best.node.metadata.name ?? '')
  await markUnschedulable(
    cluster,
    record,
    pod,
    unschedulableMessage(verdicts.map(({ reasons }) => reasons)),
  )
}

function candidatesOf(cluster: Cluster): Candidate[] {
  const bound = cluster
    .informer(PATHS.pods)
    .list()
    .filter((pod) => !isFinishedPod(pod))
  return cluster
    .informer(PATHS.nodes)
    .list()
    .map((node) => ({
      node,
      pods: bound.filter((pod) => textAt(pod, 'spec', 'nodeName') === node.metadata.name),
    }))
}

async function bind(
  cluster: Cluster,
  record: Recorder,
  pod: KubeObject,
  node: string,
): Promise<void> {
  const { name, namespace, uid } = pod.metadata
  await cluster.client.create(`${objectPath(PATHS.pods, pod)}/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  })
  const message = `Successfully assigned ${namespace}/${name} to ${node}`
  record(pod, { type: 'Normal', reason: 'Scheduled', message, action: 'Binding' })
}

/** Written and told only when it changes, so that a pod can wait for ever without a sound. */
async function markUnschedulable(
  cluster: Cluster,
  record: Recorder,
  pod: KubeObject,
  message: string,
): Promise<void> {
  const current = conditionOf(pod, 'PodScheduled')
  if (current?.reason === 'Unschedulable' && current.message === message) return
  const action = 'Scheduling'
  record(pod, { type: 'Warning', reason: 'FailedScheduling', message, action })
  const lastTransitionTime = timestamp(cluster.now())
  const verdict = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
  } as const
  const [condition] = withCondition(current ? [{ ...current, reason: '' }] : [], {
    ...verdict,
    observedGeneration: pod.metadata.generation ?? 1,
    lastProbeTime: null,
    lastTransitionTime,
  })
  const path = `${objectPath(PATHS.pods, pod)}/status`
  const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } }
  const live = await cluster.client.patch(path, 'application/strategic-merge-patch+json', body)
  cluster.informer(PATHS.pods).put(live)
}
