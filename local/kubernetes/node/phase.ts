import type { ContainerStatus, PodPhase, RestartPolicy } from './pod.ts'
import { initPolicy, isRestarted } from './restart.ts'

/**
 * The pod's phase by its containers, in the order of rules the kubelet has.
 *
 * @param given.isEnding The pod is being stopped for good: what has stopped will not start again.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
export function podPhase(
  init: readonly ContainerStatus[],
  main: readonly ContainerStatus[],
  given: { readonly policy: RestartPolicy; readonly isEnding: boolean },
): PodPhase {
  const inits = init.map(lastExitCode)
  if (inits.some((code) => code !== undefined && isFinalFailure(code, given.policy)))
    return 'Failed'
  if (inits.includes(undefined)) return 'Pending'
  if (main.some(isFresh)) return 'Pending'
  if (main.some(({ state }) => state.running !== undefined)) return 'Running'

  const codes = main.flatMap((status) => lastExitCode(status) ?? [])
  const willRun = codes.some((code) => isRestarted(given.policy, code))
  if (willRun && !given.isEnding) return 'Running'
  return codes.every((code) => code === 0) ? 'Succeeded' : 'Failed'
}

function isFinalFailure(code: number, policy: RestartPolicy): boolean {
  return code !== 0 && !isRestarted(initPolicy(policy), code)
}

/** Waiting for its very first run. */
function isFresh({ state, lastState }: ContainerStatus): boolean {
  return state.waiting !== undefined && lastState.terminated === undefined
}

/** Undefined while it runs or before it ever ran. */
function lastExitCode({ state, lastState }: ContainerStatus): number | undefined {
  if (state.running !== undefined) return undefined
  return (state.terminated ?? lastState.terminated)?.exitCode
}
