import { condition } from './conditions.ts'
import { containerFailure, terminated } from './container-failure.ts'
import type { ContainerPlace } from './container-failure.ts'
import { at, listAt, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { containerStatuses } from './pod-containers.ts'
import { failed, inProgress } from './readiness-result.ts'
import type { Failure, Readiness } from './readiness-result.ts'
import { identityFailure } from './workload-identity.ts'

const SCHEDULE_GRACE_MS = 15_000

/**
 * Readiness of a pod.
 *
 * A pod that may end by itself (restartPolicy other than Always) and has no readiness probe is ready when it has
 * succeeded: that its process runs says nothing about its work. Any other is ready when it reports Ready.
 *
 * The kubelet's waiting reasons that cannot pass end the wait at once; those that can get a grace.
 *
 * @param isExpected Whether the object a message names was applied by this deploy, so that it is only on its way.
 */
export function podReadiness(
  pod: KubeObject,
  isExpected: (message: string) => boolean = () => false,
): Readiness {
  const phase = textAt(pod, 'status', 'phase') ?? 'Pending'
  if (phase === 'Succeeded') return { status: 'current', reason: 'Succeeded' }
  if (phase === 'Failed') return podFailure(pod)
  if (phase === 'Running' && isReady(pod) && !runsToCompletion(pod)) return { status: 'current' }
  const failure =
    firstContainerFailure(pod, isExpected) ?? schedulingFailure(pod) ?? identityFailure(pod)
  if (failure) return failure
  if (phase !== 'Running') return inProgress(waitingReason(pod) ?? phase)
  return inProgress(runsToCompletion(pod) ? 'Running' : notReadyReason(pod))
}

function firstContainerFailure(
  pod: KubeObject,
  isExpected: (message: string) => boolean,
): Failure | undefined {
  const initNames = listAt(pod, 'status', 'initContainerStatuses').map((one) => textAt(one, 'name'))
  const endsForGood = textAt(pod, 'spec', 'restartPolicy') === 'Never'
  return containerStatuses(pod)
    .map((status) => {
      const isInit = initNames.includes(textAt(status, 'name'))
      const image = imageOf(pod, textAt(status, 'name'))
      const place: ContainerPlace = { endsForGood, isInit, isExpected, ...(image && { image }) }
      return containerFailure(status, place)
    })
    .find((failure) => failure !== undefined)
}

function imageOf(pod: KubeObject, name: string | undefined): string | undefined {
  const containers = [
    ...listAt(pod, 'spec', 'initContainers'),
    ...listAt(pod, 'spec', 'containers'),
  ]
  return textAt(
    containers.find((one) => textAt(one, 'name') === name),
    'image',
  )
}

/** A pod that has ended: evicted or refused by its node, or by its own containers. */
function podFailure(pod: KubeObject): Failure {
  const [reason, message] = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')]
  if (reason !== undefined) {
    return failed('pod-failed', [reason, message].filter((part) => part).join(': '))
  }
  const initNames = listAt(pod, 'status', 'initContainerStatuses').map((one) => textAt(one, 'name'))
  const culprit = containerStatuses(pod).find(
    (status) => (numberAt(status, 'state', 'terminated', 'exitCode') ?? 0) !== 0,
  )
  if (culprit === undefined) return failed('pod-failed', message ?? 'Failed')
  const name = textAt(culprit, 'name')
  const end = terminated(at(culprit, 'state', 'terminated'))
  return initNames.includes(name)
    ? failed('init-container', `init container ${name}: ${end}`)
    : failed('container-ended', `container ${name}: ${end}`)
}

function schedulingFailure(pod: KubeObject): Failure | undefined {
  const found = condition(pod, 'PodScheduled')
  return textAt(found, 'status') === 'False' && textAt(found, 'reason') === 'Unschedulable'
    ? failed('unschedulable', `Unschedulable: ${textAt(found, 'message') ?? ''}`, SCHEDULE_GRACE_MS)
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
  return textAt(condition(pod, 'Ready'), 'status') === 'True'
}

function notReadyReason(pod: KubeObject): string {
  return textAt(condition(pod, 'Ready'), 'message') ?? 'Running, not ready'
}
