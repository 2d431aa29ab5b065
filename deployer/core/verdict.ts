import { creationFailure } from './creation-failure.ts'
import { newestPods, newestSet, WORKLOADS } from './newest-pods.ts'
import type { ChildrenOf } from './newest-pods.ts'
import { at, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { podVerdict } from './pod-verdict.ts'
import { isObserved, readiness } from './readiness.ts'
import type { Failure, FailureCause, Readiness } from './readiness-result.ts'

/** What is known around an object that is waited for. */
export interface Surroundings {
  readonly childrenOf: ChildrenOf
  /** Events about exactly this incarnation of an object, oldest first. */
  readonly eventsOf: (object: KubeObject) => readonly KubeObject[]
  /** Whether the object a message calls missing was applied by this deploy. */
  readonly isExpected: (message: string) => boolean
}

/** How an object stands, and the object whose state says so: itself, a ReplicaSet or a pod of its. */
export interface Verdict {
  readonly readiness: Readiness
  readonly culprit: KubeObject
}

/** A Job starts again what ended badly; only the Job itself says when that is enough. */
const RETRIED_BY_JOBS: readonly FailureCause[] = [
  'container-ended',
  'crash-loop',
  'init-container',
  'pod-failed',
]

/** Readiness of an object with what its pods show long before its own status does. */
export function verdict(live: KubeObject, around: Surroundings): Verdict {
  const own = live.kind === 'Pod' ? readPod(live, around) : readiness(live)
  const isSettled = own.status === 'current' || own.status === 'terminating'
  if (isSettled || !WORKLOADS.includes(live.kind) || !isObserved(live)) {
    return { readiness: own, culprit: live }
  }
  const pods = newestPods(live, around.childrenOf)
  if (own.status === 'failed') return { readiness: own, culprit: culpritOf(live, pods, around) }
  return (
    hopelessPod(live, pods, around) ??
    refusedPod(live, pods, around) ?? { readiness: own, culprit: unreadyPod(pods, around) ?? live }
  )
}

function readPod(pod: KubeObject, around: Surroundings): Readiness {
  return podVerdict(pod, { events: around.eventsOf(pod), isExpected: around.isExpected })
}

/** Whose events and log explain a workload's own failure: its last pod that is not well, else the set without pods. */
function culpritOf(
  live: KubeObject,
  pods: readonly KubeObject[],
  around: Surroundings,
): KubeObject {
  const set = live.kind === 'Deployment' ? newestSet(live, around.childrenOf) : undefined
  return unreadyPod(pods, around) ?? set ?? live
}

function unreadyPod(pods: readonly KubeObject[], around: Surroundings): KubeObject | undefined {
  return pods.findLast((pod) => readPod(pod, around).status !== 'current')
}

/** The pod with the least hope. A pod that has ended is replaced, so that its successor counts. */
function hopelessPod(
  live: KubeObject,
  pods: readonly KubeObject[],
  around: Surroundings,
): Verdict | undefined {
  const failures = pods.flatMap((pod) => {
    const failure = readPod(pod, around)
    if (failure.status !== 'failed' || isReplaced(live, pod, failure)) return []
    return [{ pod, failure }]
  })
  const [worst] = failures.toSorted((a, b) => a.failure.graceMs - b.failure.graceMs)
  if (worst === undefined) return undefined
  const reason = `pod ${worst.pod.metadata.name}: ${worst.failure.reason}`
  return { readiness: { ...worst.failure, reason }, culprit: worst.pod }
}

function isReplaced(live: KubeObject, pod: KubeObject, { cause }: Failure): boolean {
  return live.kind === 'Job'
    ? RETRIED_BY_JOBS.includes(cause)
    : textAt(pod, 'status', 'phase') === 'Failed'
}

/** Jobs, StatefulSets and DaemonSets have no condition for a pod that was refused: only the event tells. */
function refusedPod(
  live: KubeObject,
  pods: readonly KubeObject[],
  around: Surroundings,
): Verdict | undefined {
  const event = around.eventsOf(live).findLast((one) => textAt(one, 'reason') === 'FailedCreate')
  if (event === undefined || pods.length >= wantedPods(live)) return undefined
  const isOutdated = pods.some(
    ({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') > timeOf(event),
  )
  if (isOutdated) return undefined
  const failure = creationFailure(textAt(event, 'message') ?? '')
  return { readiness: failure, culprit: live }
}

function wantedPods(live: KubeObject): number {
  if (live.kind === 'DaemonSet') return numberAt(live, 'status', 'desiredNumberScheduled') ?? 0
  return numberAt(live, 'spec', live.kind === 'Job' ? 'parallelism' : 'replicas') ?? 1
}

function timeOf(event: KubeObject): number {
  const time =
    textAt(event, 'series', 'lastObservedTime') ??
    textAt(event, 'lastTimestamp') ??
    textAt(event, 'eventTime') ??
    at(event, 'metadata', 'creationTimestamp')
  return typeof time === 'string' ? Date.parse(time) : 0
}
