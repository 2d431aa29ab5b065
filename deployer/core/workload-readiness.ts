import { condition, conditionText, isCondition } from './conditions.ts'
import { creationFailure } from './creation-failure.ts'
import { at, listAt, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { failed, inProgress } from './readiness-result.ts'
import type { Readiness } from './readiness-result.ts'

const CURRENT: Readiness = { status: 'current' }

/** By the numbers kstatus compares; a deadline that has passed or a refused pod is a failure. */
export function deploymentReadiness(live: KubeObject): Readiness {
  if (textAt(condition(live, 'Progressing'), 'reason') === 'ProgressDeadlineExceeded') {
    return failed('deadline', conditionText(live, 'Progressing'))
  }
  if (isCondition(live, 'ReplicaFailure', 'True')) {
    return creationFailure(conditionText(live, 'ReplicaFailure'))
  }
  const wanted = wantedReplicas(live)
  return (
    atLeast(live, 'updatedReplicas', wanted, 'replicas updated') ??
    notAbove(live, wanted) ??
    atLeast(live, 'availableReplicas', wanted, 'replicas available') ??
    (isCondition(live, 'Available', 'True') ? CURRENT : inProgress('not available'))
  )
}

export function replicaSetReadiness(live: KubeObject): Readiness {
  if (isCondition(live, 'ReplicaFailure', 'True')) {
    return creationFailure(conditionText(live, 'ReplicaFailure'))
  }
  const wanted = wantedReplicas(live)
  return (
    atLeast(live, 'replicas', wanted, 'replicas created') ??
    notAbove(live, wanted) ??
    atLeast(live, 'availableReplicas', wanted, 'replicas available') ??
    CURRENT
  )
}

/** With `OnDelete` nobody rolls, so there is nothing to wait for; with a partition only the part above it. */
export function statefulSetReadiness(live: KubeObject): Readiness {
  if (textAt(live, 'spec', 'updateStrategy', 'type') === 'OnDelete') return CURRENT
  const wanted = wantedReplicas(live)
  const partition = numberAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0
  return (
    atLeast(live, 'replicas', wanted, 'replicas created') ??
    atLeast(live, 'readyReplicas', wanted, 'replicas ready') ??
    notAbove(live, wanted) ??
    atLeast(live, 'updatedReplicas', Math.max(0, wanted - partition), 'replicas updated') ??
    (partition > 0 || isRolledOut(live) ? CURRENT : inProgress('the update is not complete'))
  )
}

export function daemonSetReadiness(live: KubeObject): Readiness {
  if (textAt(live, 'spec', 'updateStrategy', 'type') === 'OnDelete') return CURRENT
  const wanted = count(live, 'desiredNumberScheduled')
  if (numberAt(live, 'status', 'observedGeneration') === undefined || wanted === undefined) {
    return inProgress('its controller has not counted the nodes yet')
  }
  return (
    atLeast(live, 'currentNumberScheduled', wanted, 'pods created') ??
    atLeast(live, 'updatedNumberScheduled', wanted, 'pods updated') ??
    atLeast(live, 'numberAvailable', wanted, 'pods available') ??
    atLeast(live, 'numberReady', wanted, 'pods ready') ??
    CURRENT
  )
}

/** Unlike kstatus, a running Job is not ready: it was deployed to be done. FailureTarget comes before its pods end. */
export function jobReadiness(live: KubeObject): Readiness {
  if (isCondition(live, 'Complete', 'True')) return CURRENT
  for (const type of ['Failed', 'FailureTarget']) {
    if (!isCondition(live, type, 'True')) continue
    const isLate = textAt(condition(live, type), 'reason') === 'DeadlineExceeded'
    return failed(isLate ? 'deadline' : 'job-failed', conditionText(live, type))
  }
  if (isCondition(live, 'Suspended', 'True')) return { status: 'current', reason: 'suspended' }
  const [active, failures] = [count(live, 'active') ?? 0, count(live, 'failed') ?? 0]
  const already = failures > 0 ? `, ${failures} failed` : ''
  return inProgress(`${active} ${active === 1 ? 'pod' : 'pods'} active${already}, not complete`)
}

/**
 * Ready as soon as it exists: its first run may be a day away, and nobody waits for that. Later `status` tells of the
 * last run, by the times the controller keeps.
 */
export function cronJobReadiness(live: KubeObject): Readiness {
  if (at(live, 'spec', 'suspend') === true) return { status: 'current', reason: 'suspended' }
  const scheduled = textAt(live, 'status', 'lastScheduleTime')
  if (scheduled === undefined) return { status: 'current', reason: 'no run yet' }
  if (listAt(live, 'status', 'active').length > 0) {
    return { status: 'current', reason: `the run of ${scheduled} is under way` }
  }
  const succeeded = textAt(live, 'status', 'lastSuccessfulTime')
  return succeeded !== undefined && Date.parse(succeeded) >= Date.parse(scheduled)
    ? { status: 'current', reason: `the run of ${scheduled} succeeded` }
    : failed('job-failed', `the run of ${scheduled} did not succeed`)
}

function isRolledOut(live: KubeObject): boolean {
  return textAt(live, 'status', 'currentRevision') === textAt(live, 'status', 'updateRevision')
}

function wantedReplicas(live: KubeObject): number {
  return numberAt(live, 'spec', 'replicas') ?? 1
}

function count(live: KubeObject, key: string): number | undefined {
  return numberAt(live, 'status', key)
}

function atLeast(
  live: KubeObject,
  key: string,
  wanted: number,
  what: string,
): Readiness | undefined {
  const found = count(live, key) ?? 0
  return found < wanted ? inProgress(`${found} of ${wanted} ${what}`) : undefined
}

function notAbove(live: KubeObject, wanted: number): Readiness | undefined {
  const surplus = (count(live, 'replicas') ?? 0) - wanted
  if (surplus <= 0) return undefined
  return inProgress(`${surplus} old ${surplus === 1 ? 'replica' : 'replicas'} still there`)
}
