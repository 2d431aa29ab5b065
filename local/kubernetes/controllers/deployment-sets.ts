import { isApiError } from '../client.ts'
import type { KubeObject } from '../object.ts'
import { conditionOf, withCondition } from './conditions.ts'
import { PATHS, inNamespace, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import {
  REVISION_ANNOTATION,
  newSetAnnotations,
  nextRevision,
  revisionOf,
  scaleAnnotations,
} from './deployment-revision.ts'
import { newSetReplicas } from './deployment-rollout.ts'
import type { Scale } from './deployment-rollout.ts'
import { deploymentCondition, hasDeadline } from './deployment-status.ts'
import type { Recorder } from './events.ts'
import { controllerReference, isControlledBy } from './owners.ts'
import { errorText, isNamespaceTerminating } from './pod-control.ts'
import { HASH_LABEL, isSameTemplate, templateHash } from './template-hash.ts'
import { byCreation, replicasOf } from './workloads.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from './workloads.ts'

/** Acts on the ReplicaSets of one Deployment; `deployment` is replaced by each answer of the server. */
export interface Rollout {
  readonly cluster: Cluster
  readonly record: Recorder
  deployment: Deployment
}

/** The oldest ReplicaSet with the Deployment's template. */
export function findNewSet(
  { spec }: Deployment,
  sets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return sets.toSorted(byCreation).find((set) => isSameTemplate(set.spec.template, spec.template))
}

/** Brings annotations and minReadySeconds of the new ReplicaSet up to date, and the Deployment's revision. */
export async function refreshNewSet(
  rollout: Rollout,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): Promise<ReplicaSet> {
  const { deployment } = rollout
  const current = newSet.metadata.annotations ?? {}
  const annotations = newSetAnnotations(deployment, current, nextRevision(oldSets))
  const { minReadySeconds } = deployment.spec
  let set = newSet
  if (
    JSON.stringify(annotations) !== JSON.stringify(current) ||
    (minReadySeconds ?? 0) !== (newSet.spec.minReadySeconds ?? 0)
  ) {
    const spec = { ...newSet.spec, ...(minReadySeconds !== undefined && { minReadySeconds }) }
    set = await updateSet(rollout, {
      ...newSet,
      metadata: { ...newSet.metadata, annotations },
      spec,
    })
  }
  await setRevision(rollout, revisionOf(set))
  if (hasDeadline(deployment) && conditionOf(rollout.deployment, 'Progressing') === undefined)
    await noteProgress(
      rollout,
      'FoundNewReplicaSet',
      `Found new replica set "${set.metadata.name}"`,
    )
  return set
}

/**
 * Creates the ReplicaSet of the present template.
 *
 * @throws {ApiError} after condition and event ReplicaSetCreateError; 409 of a name that is another's raises
 *   collisionCount, so that the next attempt has another hash.
 */
export async function createNewSet(
  rollout: Rollout,
  oldSets: readonly ReplicaSet[],
): Promise<ReplicaSet> {
  const { cluster, deployment, record } = rollout
  const revision = nextRevision(oldSets)
  const body = newSetBody(deployment, oldSets, revision)
  const path = inNamespace(PATHS.replicaSets, deployment.metadata.namespace)
  let set: ReplicaSet
  try {
    const created = await cluster.client.create(path, body)
    set = cluster.informer(PATHS.replicaSets).put(created) as ReplicaSet
  } catch (error) {
    if (isApiError(error, 409)) return await ownNamesake(rollout, body, error)
    await noteCreateError(rollout, body, error)
    throw error
  }
  if (replicasOf(set) > 0) {
    const message = `Scaled up replica set ${set.metadata.name} from 0 to ${replicasOf(set)}`
    record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
  }
  await setRevision(rollout, revision)
  if (hasDeadline(deployment)) {
    const message = `Created new replica set "${set.metadata.name}"`
    await noteProgress(rollout, 'NewReplicaSetCreated', message)
  }
  return set
}

/** Sets the size of a ReplicaSet, with the event ScalingReplicaSet when it changes. */
export async function scaleSet(rollout: Rollout, { set, replicas }: Scale): Promise<ReplicaSet> {
  const { deployment, record } = rollout
  const before = replicasOf(set)
  const annotations = { ...set.metadata.annotations, ...scaleAnnotations(deployment) }
  const metadata = { ...set.metadata, annotations }
  const scaled = await updateSet(rollout, { ...set, metadata, spec: { ...set.spec, replicas } })
  if (before !== replicas) {
    const direction = before < replicas ? 'up' : 'down'
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`
    record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
  }
  return scaled
}

/** Writes the status if it differs from the live one. */
export async function writeStatus(rollout: Rollout, status: DeploymentStatus): Promise<void> {
  const { cluster, deployment } = rollout
  if (comparable(deployment.status) === comparable(status)) return
  const path = `${objectPath(PATHS.deployments, deployment)}/status`
  const live = await cluster.client.update(path, { ...deployment, status })
  rollout.deployment = cluster.informer(PATHS.deployments).put(live) as Deployment
}

/** A zero and an absent count are the same, as Go leaves zeros out. */
function comparable(status: DeploymentStatus = {}): string {
  const entries = Object.entries(status).filter(([, value]) => value !== 0)
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

async function updateSet({ cluster }: Rollout, set: ReplicaSet): Promise<ReplicaSet> {
  const live = await cluster.client.update(objectPath(PATHS.replicaSets, set), set)
  return cluster.informer(PATHS.replicaSets).put(live) as ReplicaSet
}

function newSetBody(
  deployment: Deployment,
  oldSets: readonly ReplicaSet[],
  revision: number,
): ReplicaSet {
  const { spec, status, metadata } = deployment
  const hash = templateHash(spec.template, status?.collisionCount)
  const labels = { ...spec.template.metadata?.labels, [HASH_LABEL]: hash }
  const matchLabels = { ...spec.selector.matchLabels, [HASH_LABEL]: hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? '',
      labels,
      annotations: {
        ...newSetAnnotations(deployment, {}, revision),
        ...scaleAnnotations(deployment),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSetReplicas(deployment, oldSets, undefined),
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  }
}

/** The set of that name may be our own, not seen yet; another's makes us change the hash. */
async function ownNamesake(
  rollout: Rollout,
  body: ReplicaSet,
  cause: unknown,
): Promise<ReplicaSet> {
  const { cluster, deployment } = rollout
  const live = (await cluster.client.get(objectPath(PATHS.replicaSets, body))) as ReplicaSet
  const isOwn =
    isControlledBy(live, deployment) && isSameTemplate(live.spec.template, deployment.spec.template)
  if (isOwn) return cluster.informer(PATHS.replicaSets).put(live) as ReplicaSet
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
  await writeStatus(rollout, { ...deployment.status, collisionCount })
  throw cause
}

async function noteCreateError(rollout: Rollout, body: KubeObject, error: unknown): Promise<void> {
  if (isNamespaceTerminating(error)) return
  const { deployment, record, cluster } = rollout
  const reason = 'ReplicaSetCreateError'
  const message = `Failed to create new replica set "${body.metadata.name}": ${errorText(error)}`
  if (hasDeadline(deployment)) {
    const text = { reason, message, now: cluster.now() }
    const condition = deploymentCondition('Progressing', 'False', text)
    const conditions = withCondition(deployment.status?.conditions ?? [], condition)
    await writeStatus(rollout, { ...deployment.status, conditions })
  }
  record(deployment, { type: 'Warning', reason, message })
}

async function noteProgress(rollout: Rollout, reason: string, message: string): Promise<void> {
  const { deployment, cluster } = rollout
  const condition = deploymentCondition('Progressing', 'True', {
    reason,
    message,
    now: cluster.now(),
  })
  const conditions = withCondition(deployment.status?.conditions ?? [], condition)
  await writeStatus(rollout, { ...deployment.status, conditions })
}

/**
 * Through the status, where kube-apiserver lets annotations pass: a change of them by the front door would count
 * as a new generation.
 */
async function setRevision(rollout: Rollout, revision: number): Promise<void> {
  const { cluster, deployment } = rollout
  if (revisionOf(deployment) === revision) return
  const annotations = {
    ...deployment.metadata.annotations,
    [REVISION_ANNOTATION]: String(revision),
  }
  const path = `${objectPath(PATHS.deployments, deployment)}/status`
  const body = { ...deployment, metadata: { ...deployment.metadata, annotations } }
  const live = await cluster.client.update(path, body)
  rollout.deployment = cluster.informer(PATHS.deployments).put(live) as Deployment
}
