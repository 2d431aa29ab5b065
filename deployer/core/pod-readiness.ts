import { at, isFields, listAt, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import type { Readiness } from './readiness.ts'

const PULL_GRACE_MS = 60_000
const SCHEDULE_GRACE_MS = 15_000

/** A pull that was answered with one of these will be answered so again. */
const PULL_IS_HOPELESS =
  /not found|manifest unknown|unauthorized|authorization|denied|forbidden|no such/i

/**
 * Readiness of a pod.
 *
 * A pod that may end by itself (restartPolicy other than Always) and has no readiness probe is ready when it has
 * succeeded: that its process runs says nothing about its work. Any other is ready when it reports Ready.
 *
 * The kubelet's waiting reasons that cannot pass end the wait at once; those that can get a grace.
 */
export function podReadiness(pod: KubeObject): Readiness {
  const phase = textAt(pod, 'status', 'phase') ?? 'Pending'
  if (phase === 'Succeeded') return { status: 'current', reason: 'Succeeded' }
  if (phase === 'Failed') return failed(endReason(pod))
  const hopeless = containerStatuses(pod)
    .map(containerFailure)
    .find((one) => one !== undefined)
  if (hopeless) return hopeless
  const scheduling = schedulingFailure(pod)
  if (scheduling) return scheduling
  if (phase !== 'Running') return inProgress(waitingReason(pod) ?? phase)
  if (runsToCompletion(pod)) return inProgress('Running')
  return isReady(pod) ? { status: 'current' } : inProgress(notReadyReason(pod))
}

/** The verdict a container wrote at its end (termination message), or undefined. */
export function terminationMessage(pod: KubeObject): string | undefined {
  return containerStatuses(pod)
    .flatMap((status) => [at(status, 'state', 'terminated'), at(status, 'lastState', 'terminated')])
    .map((terminated) => textAt(terminated, 'message')?.trim())
    .find((message) => message !== undefined && message !== '')
}

/** The first container that has failed or cannot start, else the first of all. */
export function troubledContainer(pod: KubeObject): string | undefined {
  const statuses = containerStatuses(pod)
  const troubled = statuses.find((status) => {
    const code = numberAt(status, 'state', 'terminated', 'exitCode') ?? 0
    return code !== 0 || (numberAt(status, 'restartCount') ?? 0) > 0
  })
  return textAt(troubled ?? listAt(pod, 'spec', 'containers')[0], 'name')
}

/** Whether some container runs or has run, so that there is a log. */
export function hasLog(pod: KubeObject): boolean {
  return containerStatuses(pod).some(
    (status) =>
      at(status, 'state', 'waiting') === undefined ||
      at(status, 'lastState', 'terminated') !== undefined,
  )
}

function containerFailure(status: unknown): Readiness | undefined {
  const reason = textAt(status, 'state', 'waiting', 'reason')
  const message = textAt(status, 'state', 'waiting', 'message') ?? ''
  const name = textAt(status, 'name') ?? ''
  const text = `container ${name}: ${[reason, message].filter((part) => part).join(': ')}`
  switch (reason) {
    case 'CrashLoopBackOff':
      return failed(`container ${name}: ${restartReason(status)}`)
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return failed(text, PULL_IS_HOPELESS.test(message) ? 0 : PULL_GRACE_MS)
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
    case 'CreateContainerError':
    case 'RunContainerError':
      return failed(text)
    case 'CreateContainerConfigError':
      // "failed to sync configmap cache" is the kubelet racing with itself, and passes
      return /failed to sync .* cache/.test(message) ? undefined : failed(text)
    case undefined:
      return restartFailure(status, name)
    default:
      return undefined
  }
}

/** Between two runs there is a moment without CrashLoopBackOff; a run that ended badly has told enough. */
function restartFailure(status: unknown, name: string): Readiness | undefined {
  const running = isFields(at(status, 'state', 'running'))
  const code = numberAt(status, 'state', 'terminated', 'exitCode') ?? 0
  const previous = numberAt(status, 'lastState', 'terminated', 'exitCode') ?? 0
  if (running || (code === 0 && previous === 0)) return undefined
  return failed(`container ${name}: ${restartReason(status)}`)
}

function restartReason(status: unknown): string {
  const restarts = numberAt(status, 'restartCount') ?? 0
  const last = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated')
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  return [waiting, terminated(last), restarts === 1 ? '1 restart' : `${restarts} restarts`]
    .filter((part) => part)
    .join(', ')
}

function terminated(state: unknown): string {
  const [code, signal] = [numberAt(state, 'exitCode'), numberAt(state, 'signal')]
  const reason = textAt(state, 'reason')
  if (reason === 'OOMKilled') return 'OOMKilled: it needed more memory than its limit'
  if (signal !== undefined && signal !== 0) return `ended by signal ${signal}`
  return code === undefined ? '' : `exit code ${code}`
}

function endReason(pod: KubeObject): string {
  const reason = textAt(pod, 'status', 'reason')
  const message = textAt(pod, 'status', 'message')
  if (reason !== undefined) return [reason, message].filter((part) => part).join(': ')
  const failedOne = containerStatuses(pod).find(
    (status) => (numberAt(status, 'state', 'terminated', 'exitCode') ?? 0) !== 0,
  )
  if (failedOne === undefined) return message ?? 'Failed'
  return `container ${textAt(failedOne, 'name')}: ${terminated(at(failedOne, 'state', 'terminated'))}`
}

function schedulingFailure(pod: KubeObject): Readiness | undefined {
  const found = podCondition(pod, 'PodScheduled')
  return textAt(found, 'status') === 'False' && textAt(found, 'reason') === 'Unschedulable'
    ? failed(`Unschedulable: ${textAt(found, 'message') ?? ''}`, SCHEDULE_GRACE_MS)
    : undefined
}

function waitingReason(pod: KubeObject): string | undefined {
  const waiting = containerStatuses(pod)
    .map((status) => textAt(status, 'state', 'waiting', 'reason'))
    .find((reason) => reason !== undefined)
  return waiting ?? textAt(pod, 'status', 'reason')
}

function runsToCompletion(pod: KubeObject): boolean {
  const probed = listAt(pod, 'spec', 'containers').some(
    (container) => at(container, 'readinessProbe') !== undefined,
  )
  return (textAt(pod, 'spec', 'restartPolicy') ?? 'Always') !== 'Always' && !probed
}

function isReady(pod: KubeObject): boolean {
  return textAt(podCondition(pod, 'Ready'), 'status') === 'True'
}

function notReadyReason(pod: KubeObject): string {
  return textAt(podCondition(pod, 'Ready'), 'message') ?? 'Running, not ready'
}

function podCondition(pod: KubeObject, type: string): unknown {
  return listAt(pod, 'status', 'conditions').find((one) => textAt(one, 'type') === type)
}

function containerStatuses(pod: KubeObject): readonly unknown[] {
  return [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]
}

function inProgress(reason: string): Readiness {
  return { status: 'in-progress', reason }
}

function failed(reason: string, graceMs = 0): Readiness {
  return { status: 'failed', reason, graceMs }
}
