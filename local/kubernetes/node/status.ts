import { podConditions } from './conditions.ts'
import { containerStatus, time, UNTOUCHED } from './container-status.ts'
import type { ContainerRecord } from './container-status.ts'
import { podAddress } from './pod-address.ts'
import { podPhase } from './phase.ts'
import { isTerminal } from './pod.ts'
import type { Container, ContainerStatus, Pod, PodPhase, PodStatus } from './pod.ts'
import { initPolicy, isRestarted } from './restart.ts'

/** What the node knows of a pod beside the object itself. */
export interface PodFacts {
  readonly records: ReadonlyMap<string, ContainerRecord>
  /** The node's. */
  readonly address: string
  readonly hasSandbox: boolean
  /** The pod is being stopped for good, by deletion or by its deadline. */
  readonly isEnding: boolean
  /** A verdict over the whole pod (`DeadlineExceeded`, a refusal), which wins over the containers'. */
  readonly verdict?: { readonly reason: string; readonly message: string }
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly now: number
}

/**
 * The pod's status as the node reports it. A terminal phase is never left again.
 *
 * `qosClass` is the API server's business.
 */
export function podStatus(pod: Pod, facts: PodFacts): PodStatus {
  const init = statuses(pod, pod.spec.initContainers ?? [], true, facts)
  const main = statuses(pod, pod.spec.containers, false, facts)
  const phase = phaseOf(pod, init, main, facts)
  const observed = { phase, init, main, hasSandbox: facts.hasSandbox, time: time(facts.now) }
  const { generation } = pod.metadata
  const ip = podAddress(pod, facts.address)
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    ...facts.verdict,
    conditions: podConditions(pod, observed),
    hostIP: facts.address,
    hostIPs: [{ ip: facts.address }],
    ...(facts.hasSandbox || pod.status.podIP ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: time(facts.startedAt),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: main,
  }
}

function phaseOf(
  pod: Pod,
  init: readonly ContainerStatus[],
  main: readonly ContainerStatus[],
  { isEnding, verdict }: PodFacts,
): PodPhase {
  if (pod.status.phase !== undefined && isTerminal(pod.status.phase)) return pod.status.phase
  if (verdict !== undefined) return 'Failed'
  return podPhase(init, main, { policy: pod.spec.restartPolicy ?? 'Always', isEnding })
}

function statuses(
  pod: Pod,
  containers: readonly Container[],
  isInit: boolean,
  { records, isEnding }: PodFacts,
): readonly ContainerStatus[] {
  const podPolicy = pod.spec.restartPolicy ?? 'Always'
  const policy = isInit ? initPolicy(podPolicy) : podPolicy
  return containers.map((container) => {
    const record = records.get(container.name) ?? UNTOUCHED
    const exitCode = record.run?.end?.exitCode
    return containerStatus(container, record, {
      isInit,
      podHasInit: (pod.spec.initContainers ?? []).length > 0,
      isRestarted: !isEnding && exitCode !== undefined && isRestarted(policy, exitCode),
    })
  })
}
