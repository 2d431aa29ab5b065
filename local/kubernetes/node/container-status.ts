import type { Container, ContainerState, ContainerStatus, TerminatedState } from './pod.ts'

/** One run of a container. Times are milliseconds since the epoch. */
export interface Run {
  readonly containerId: string
  readonly imageId: string
  /** Fully qualified image name. */
  readonly image: string
  /** 0 if the program could not even be started. */
  readonly startedAt: number
  readonly end?: RunEnd
}

export interface RunEnd {
  readonly exitCode: number
  /** `Completed`, `Error`, `StartError` or `ContainerStatusUnknown`. */
  readonly reason: string
  readonly message: string
  readonly finishedAt: number
}

/** All the node knows of one container of a pod. */
export interface ContainerRecord {
  readonly restartCount: number
  readonly run?: Run
  /** How the run before ended. */
  readonly previous?: TerminatedState
  /** Why it is not running though it should, e.g. `ImagePullBackOff`. */
  readonly waiting?: { readonly reason: string; readonly message: string }
  readonly ready: boolean
  readonly started: boolean
}

/** A container nothing has been done for yet. */
export const UNTOUCHED: ContainerRecord = { restartCount: 0, ready: false, started: false }

/**
 * The container's entry in the pod's status.
 *
 * A container that ended and waits for its next start shows why it waits; its end moves to `lastState`.
 *
 * @param given.isRestarted Whether it would be started again after its last end.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
 */
export function containerStatus(
  container: Container,
  record: ContainerRecord,
  given: { readonly isInit: boolean; readonly podHasInit: boolean; readonly isRestarted: boolean },
): ContainerStatus {
  const { run } = record
  const isRunning = run !== undefined && run.end === undefined
  const isInitialized = given.isInit && run?.end?.exitCode === 0
  return {
    name: container.name,
    ...states(record, given),
    ready: isInitialized || (!given.isInit && isRunning && record.ready),
    started: isRunning && record.started,
    restartCount: record.restartCount,
    image: run?.image ?? container.image,
    imageID: run?.imageId ?? '',
    ...(run === undefined ? {} : made(container, run)),
    ...(container.volumeMounts === undefined ? {} : { volumeMounts: mounts(container) }),
  }
}

/** What only a container that was made has. */
function made({ resources }: Container, { containerId }: Run): Partial<ContainerStatus> {
  if (resources === undefined) return { containerID: containerId }
  const { requests } = resources
  const allocated = requests === undefined ? {} : { allocatedResources: requests }
  return { containerID: containerId, resources, ...allocated }
}

function states(
  { run, previous, waiting }: ContainerRecord,
  given: { readonly podHasInit: boolean; readonly isRestarted: boolean },
): { readonly state: ContainerState; readonly lastState: ContainerState } {
  const lastState = previous === undefined ? {} : { terminated: previous }
  if (run === undefined) {
    const reason = given.podHasInit ? 'PodInitializing' : 'ContainerCreating'
    return { state: { waiting: waiting ?? { reason } }, lastState }
  }
  if (run.end === undefined) {
    return { state: { running: { startedAt: time(run.startedAt) } }, lastState }
  }
  const terminated = terminatedState(run, run.end)
  if (waiting === undefined || !given.isRestarted) return { state: { terminated }, lastState }
  return { state: { waiting }, lastState: { terminated } }
}

/** How a run ended, in the words of the API. */
export function terminatedState(run: Run, end: RunEnd): TerminatedState {
  return {
    exitCode: end.exitCode,
    reason: end.reason,
    ...(end.message === '' ? {} : { message: end.message }),
    startedAt: time(run.startedAt),
    finishedAt: time(end.finishedAt),
    containerID: run.containerId,
  }
}

/** Kubernetes keeps whole seconds. */
export function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function mounts({ volumeMounts = [] }: Container): readonly Record<string, unknown>[] {
  return volumeMounts.map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
  }))
}
