import type { ContainerStatus, Pod, PodCondition, PodPhase } from './pod.ts'

/** What the conditions of a pod follow from. */
export interface Observed {
  readonly phase: PodPhase
  readonly init: readonly ContainerStatus[]
  readonly main: readonly ContainerStatus[]
  /** Whether the pod's directories and volumes are there, which stand for the sandbox of a real node. */
  readonly hasSandbox: boolean
  /** RFC 3339, of now. */
  readonly time: string
}

/** What the node says of a pod; every other condition is somebody else's. */
export const NODE_CONDITIONS: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>

const TRUE: Verdict = { status: 'True' }

/**
 * All conditions of a pod: those of others as they are, then the five that are the node's. A condition keeps its
 * transition time while its status stays.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions
 */
export function podConditions(pod: Pod, observed: Observed): readonly PodCondition[] {
  const own: Readonly<Record<string, Verdict>> = {
    PodReadyToStartContainers: { status: observed.hasSandbox ? 'True' : 'False' },
    Initialized: initialized(observed),
    Ready: ready(pod, observed),
    ContainersReady: containersReady(observed),
    PodScheduled: TRUE,
  }
  const before = pod.status.conditions ?? []
  const { generation } = pod.metadata
  return [
    ...before.filter(({ type }) => !NODE_CONDITIONS.includes(type)),
    ...Object.entries(own).map(([type, verdict]) => ({
      type,
      ...verdict,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastProbeTime: null,
      lastTransitionTime: transitionTime(before, type, verdict, observed.time),
    })),
  ]
}

function transitionTime(
  before: readonly PodCondition[],
  type: string,
  { status }: Verdict,
  time: string,
): string {
  const old = before.find((condition) => condition.type === type)
  return old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : time
}

function initialized({ phase, init, main }: Observed): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' }
  const isPast = main.some(({ state, lastState }) => hasStarted(state) || hasStarted(lastState))
  const incomplete = init.filter((status) => !status.ready)
  if (isPast || incomplete.length === 0) return TRUE
  const message = `containers with incomplete status: ${names(incomplete)}`
  return { status: 'False', reason: 'ContainersNotInitialized', message }
}

function hasStarted(state: ContainerStatus['state']): boolean {
  return state.running !== undefined || state.terminated !== undefined
}

function containersReady({ phase, main }: Observed): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  const unready = main.filter((status) => !status.ready)
  if (unready.length === 0) return TRUE
  const message = `containers with unready status: ${names(unready)}`
  return { status: 'False', reason: 'ContainersNotReady', message }
}

function ready(pod: Pod, observed: Observed): Verdict {
  const containers = containersReady(observed)
  if (containers.status !== 'True') return containers
  const problems = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) =>
    gateProblem(pod, conditionType),
  )
  if (problems.length === 0) return TRUE
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') }
}

function gateProblem(pod: Pod, gate: string): readonly string[] {
  const condition = pod.status.conditions?.find(({ type }) => type === gate)
  if (condition === undefined) {
    return [`corresponding condition of pod readiness gate "${gate}" does not exist.`]
  }
  if (condition.status === 'True') return []
  return [`the status of pod readiness gate "${gate}" is not "True", but ${condition.status}`]
}

/** A list as Go prints it. */
function names(statuses: readonly ContainerStatus[]): string {
  return `[${statuses.map(({ name }) => name).join(' ')}]`
}
