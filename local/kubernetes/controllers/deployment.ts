import { isApiError } from '../client.ts'
import { claim } from './claim.ts'
import { conditionOf, withCondition } from './conditions.ts'
import { PATHS, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import { isScalingEvent, revisionOf } from './deployment-revision.ts'
import {
  isRollingUpdate,
  newSetReplicas,
  scaleProportionally,
  shrinkOldSets,
} from './deployment-rollout.ts'
import type { Scale } from './deployment-rollout.ts'
import {
  createNewSet,
  findNewSet,
  refreshNewSet,
  scaleSet,
  writeStatus,
} from './deployment-sets.ts'
import type { Rollout } from './deployment-sets.ts'
import {
  deadlineInMs,
  deploymentCondition,
  deploymentStatus,
  hasDeadline,
  isComplete,
  rolloutStatus,
} from './deployment-status.ts'
import { keyOf } from './informer.ts'
import { controllerKey, controllerOf, isControlledBy } from './owners.ts'
import { byCreation, isFinishedPod, replicasOf } from './workloads.ts'
import type { Deployment, ReplicaSet } from './workloads.ts'

const DEADLINE_SLACK_MS = 1000
const HISTORY = 10

/**
 * Rolls Deployments out over ReplicaSets, by RollingUpdate or Recreate.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/deployment/deployment_controller.go
 */
export function startDeploymentController(cluster: Cluster): void {
  const record = cluster.recorder('deployment-controller')
  const deployments = cluster.informer(PATHS.deployments)
  const sets = cluster.informer(PATHS.replicaSets)
  const queue = cluster.queue(async (key) => {
    const deployment = deployments.get(key) as Deployment | undefined
    if (deployment === undefined) return
    const rollout: Rollout = { cluster, record, deployment }
    await syncDeployment(rollout)
    const deadline = deadlineInMs(rollout.deployment, cluster.now())
    if (deadline !== undefined) queue.addAfter(key, deadline + DEADLINE_SLACK_MS)
  })
  deployments.onChange((deployment) => queue.add(keyOf(deployment)))
  sets.onChange((set) => {
    const key = controllerKey(set, 'Deployment')
    if (key !== undefined) queue.add(key)
  })
  // Recreate waits until the last old pod is gone, which no ReplicaSet's status shows.
  cluster.informer(PATHS.pods).onChange((pod, change) => {
    const owner = controllerOf(pod)
    const set = owner && sets.get(`${pod.metadata.namespace}/${owner.name}`)
    const key = set && controllerKey(set, 'Deployment')
    if (change === 'deleted' && key !== undefined) queue.add(key)
  })
}

async function syncDeployment(rollout: Rollout): Promise<void> {
  const { cluster, deployment } = rollout
  const candidates = cluster.informer(PATHS.replicaSets).list(deployment.metadata.namespace)
  const { selector } = deployment.spec
  const claimed = await claim(cluster, PATHS.replicaSets, {
    owner: deployment,
    selector,
    candidates,
  })
  const sets = claimed as ReplicaSet[]
  if (deployment.metadata.deletionTimestamp !== undefined) {
    const state = { newSet: findNewSet(deployment, sets), sets, now: cluster.now() }
    return writeStatus(rollout, deploymentStatus(deployment, state))
  }
  await notePause(rollout)
  if (deployment.spec.paused || isScalingEvent(deployment, sets)) return scaleOnly(rollout, sets)
  return isRollingUpdate(deployment) ? rollOut(rollout, sets) : recreate(rollout, sets)
}

/** Pausing and resuming show in Progressing, and stop the deadline's clock. */
async function notePause(rollout: Rollout): Promise<void> {
  const { deployment, cluster } = rollout
  const current = conditionOf(deployment, 'Progressing')
  if (!hasDeadline(deployment) || current?.reason === 'ProgressDeadlineExceeded') return
  const isPaused = deployment.spec.paused === true
  if (isPaused === (current?.reason === 'DeploymentPaused')) return
  const text = isPaused
    ? { reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { reason: 'DeploymentResumed', message: 'Deployment is resumed' }
  const condition = deploymentCondition('Progressing', 'Unknown', { ...text, now: cluster.now() })
  const conditions = withCondition(deployment.status?.conditions ?? [], condition)
  await writeStatus(rollout, { ...deployment.status, conditions })
}

async function scaleOnly(rollout: Rollout, sets: readonly ReplicaSet[]): Promise<void> {
  const found = findNewSet(rollout.deployment, sets)
  const oldSets = sets.filter((set) => set !== found)
  const newSet = found && (await refreshNewSet(rollout, found, oldSets))
  const all = newSet === undefined ? oldSets : [...oldSets, newSet]
  const scales = scalesFor(rollout.deployment, newSet, oldSets)
  const scaled = await Promise.all(scales.map((scale) => scaleSet(rollout, scale)))
  const after = replaced(all, scaled)
  if (rollout.deployment.spec.paused) await cleanUp(rollout, oldSets)
  const state = {
    newSet: findNewSet(rollout.deployment, after),
    sets: after,
    now: rollout.cluster.now(),
  }
  await writeStatus(rollout, deploymentStatus(rollout.deployment, state))
}

/** One active set takes the whole size; when the new one is complete the old ones go; else each its share. */
function scalesFor(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): Scale[] {
  const all = newSet === undefined ? oldSets : [...oldSets, newSet]
  const active = all.filter((set) => replicasOf(set) > 0)
  const [latest] = oldSets.toSorted(byCreation).toReversed()
  const only = active.length > 1 ? undefined : (active[0] ?? newSet ?? latest)
  const wanted = replicasOf(deployment)
  if (only !== undefined) {
    const isMarked = !isScalingEvent(deployment, [only])
    return isMarked && replicasOf(only) === wanted ? [] : [{ set: only, replicas: wanted }]
  }
  if (newSet !== undefined && isSaturated(deployment, newSet))
    return oldSets.filter((set) => replicasOf(set) > 0).map((set) => ({ set, replicas: 0 }))
  return isRollingUpdate(deployment) ? scaleProportionally(deployment, active) : []
}

function isSaturated(deployment: Deployment, newSet: ReplicaSet): boolean {
  const wanted = replicasOf(deployment)
  return replicasOf(newSet) === wanted && (newSet.status?.availableReplicas ?? 0) === wanted
}

async function rollOut(rollout: Rollout, sets: readonly ReplicaSet[]): Promise<void> {
  const found = findNewSet(rollout.deployment, sets)
  const oldSets = sets.filter((set) => set !== found).toSorted(byCreation)
  const newSet = found
    ? await refreshNewSet(rollout, found, oldSets)
    : await createNewSet(rollout, oldSets)
  const all = [...oldSets, newSet]

  const wanted = Math.min(
    newSetReplicas(rollout.deployment, all, newSet),
    replicasOf(rollout.deployment),
  )
  const scales: Scale[] =
    wanted === replicasOf(newSet)
      ? shrinkOldSets(rollout.deployment, newSet, oldSets)
      : [{ set: newSet, replicas: wanted }]
  const scaled: ReplicaSet[] = []
  for (const scale of scales) scaled.push(await scaleSet(rollout, scale))
  if (scales.length === 0 && isComplete(rollout.deployment, rollout.deployment.status))
    await cleanUp(rollout, oldSets)
  await finish(rollout, replaced(all, scaled))
}

/** All old pods end before the first new one starts. */
async function recreate(rollout: Rollout, sets: readonly ReplicaSet[]): Promise<void> {
  const found = findNewSet(rollout.deployment, sets)
  const oldSets = sets.filter((set) => set !== found).toSorted(byCreation)
  const newSet = found && (await refreshNewSet(rollout, found, oldSets))
  const running = oldSets.filter((set) => replicasOf(set) > 0)
  if (running.length > 0 || hasPods(rollout, oldSets)) {
    const scaled: ReplicaSet[] = []
    for (const set of running) scaled.push(await scaleSet(rollout, { set, replicas: 0 }))
    return finish(rollout, replaced(newSet ? [...oldSets, newSet] : oldSets, scaled))
  }
  let set = newSet ?? (await createNewSet(rollout, oldSets))
  const wanted = replicasOf(rollout.deployment)
  if (replicasOf(set) !== wanted) set = await scaleSet(rollout, { set, replicas: wanted })
  else if (isComplete(rollout.deployment, rollout.deployment.status))
    await cleanUp(rollout, oldSets)
  return finish(rollout, [...oldSets, set])
}

function hasPods({ cluster }: Rollout, sets: readonly ReplicaSet[]): boolean {
  return cluster
    .informer(PATHS.pods)
    .list()
    .some((pod) => !isFinishedPod(pod) && sets.some((set) => isControlledBy(pod, set)))
}

async function finish(rollout: Rollout, sets: readonly ReplicaSet[]): Promise<void> {
  const newSet = findNewSet(rollout.deployment, sets)
  const state = { newSet, sets, now: rollout.cluster.now() }
  await writeStatus(rollout, rolloutStatus(rollout.deployment, state))
}

/** Removes the oldest empty ReplicaSets beyond revisionHistoryLimit. */
async function cleanUp(rollout: Rollout, oldSets: readonly ReplicaSet[]): Promise<void> {
  const limit = rollout.deployment.spec.revisionHistoryLimit ?? HISTORY
  const alive = oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const surplus = alive
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, alive.length - limit))
    .filter((set) => replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0)
  for (const set of surplus) {
    await rollout.cluster.client.delete(objectPath(PATHS.replicaSets, set)).catch(ignoreMissing)
  }
}

function ignoreMissing(error: unknown): void {
  if (!isApiError(error, 404)) throw error
}

function replaced(sets: readonly ReplicaSet[], newer: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.map((set) => newer.find(({ metadata }) => metadata.uid === set.metadata.uid) ?? set)
}
