import type { ContainerStatus } from './pod.ts'

/**
 * Why there is no log to show, in the kubelet's words; undefined if there is one.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/kubelet_pods.go (validateContainerLogStatus)
 */
export function logRefusal(
  pod: string,
  name: string,
  status: ContainerStatus | undefined,
  isPrevious: boolean,
): string | undefined {
  const container = `container "${name}" in pod "${pod}"`
  if (status === undefined) return `${container} is not available`
  const { state, lastState } = status
  if (isPrevious) {
    return hasRun(lastState.terminated) ? undefined : `previous terminated ${container} not found`
  }
  if (state.running !== undefined) return undefined
  if (state.terminated !== undefined || lastState.terminated !== undefined) {
    const isThere = hasRun(state.terminated) || hasRun(lastState.terminated)
    return isThere ? undefined : `${container} is terminated`
  }
  return `${container} is waiting to start: ${waitingReason(state.waiting?.reason)}`
}

function waitingReason(reason: string | undefined): string {
  if (reason === 'ErrImagePull') return "image can't be pulled"
  if (reason === 'ImagePullBackOff') return 'trying and failing to pull image'
  return reason ?? ''
}

function hasRun(ended: { readonly containerID?: string } | undefined): boolean {
  return Boolean(ended?.containerID)
}
