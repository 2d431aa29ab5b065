import type { ContainerRecord, Run } from './container-status.ts'
import { UNTOUCHED } from './container-status.ts'
import type { ContainerStatus, TerminatedState } from './pod.ts'

/**
 * What a node that has just started knows of a container from its status alone. One that ran under an earlier node is
 * gone, and nobody saw how it ended.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/kubelet_pods.go (ContainerStatusUnknown)
 */
export function recoveredRecord(status: ContainerStatus | undefined, now: number): ContainerRecord {
  if (status === undefined) return UNTOUCHED
  const { state, lastState, restartCount } = status
  const before = lastState?.terminated
  const record = { ...UNTOUCHED, restartCount }
  if (state.running !== undefined) {
    const run = { ...runOf(status, state.running.startedAt), end: lostEnd(now) }
    return { ...record, run, ...(before === undefined ? {} : { previous: before }) }
  }
  if (state.terminated !== undefined) {
    const run = endedRun(status, state.terminated)
    return { ...record, run, ...(before === undefined ? {} : { previous: before }) }
  }
  return before === undefined ? record : { ...record, run: endedRun(status, before) }
}

function runOf(status: ContainerStatus, startedAt: string | null): Run {
  return {
    containerId: status.containerID ?? '',
    imageId: status.imageID,
    image: status.image,
    startedAt: startedAt === null ? 0 : Date.parse(startedAt),
  }
}

function endedRun(status: ContainerStatus, end: TerminatedState): Run {
  const finishedAt = end.finishedAt === null ? 0 : Date.parse(end.finishedAt)
  const { exitCode, reason, message = '' } = end
  return { ...runOf(status, end.startedAt), end: { exitCode, reason, message, finishedAt } }
}

function lostEnd(now: number): NonNullable<Run['end']> {
  return {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    finishedAt: now,
  }
}
