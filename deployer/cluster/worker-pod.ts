import { DeployError } from '../core/errors.ts'
import { hasLog } from '../core/pod-containers.ts'
import { listAt, objectRef, textAt } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import type { WorkloadKind } from '../core/workload.ts'
import type { Cluster } from './connect.ts'

const SELECTOR = 'app.kubernetes.io/name=keyless-cosmos,app.kubernetes.io/component=worker'
const POD = { apiVersion: 'v1', kind: 'Pod' }

/** Whose pods each kind has. */
const OWNERS: Readonly<Record<Exclude<WorkloadKind, 'Pod'>, string>> = {
  Job: 'Job',
  CronJob: 'Job',
  Deployment: 'ReplicaSet',
}

/**
 * The pod whose log tells of the worker: the Pod itself, or of the pods of another kind the newest that has run.
 *
 * @throws {DeployError} `ERR_NOT_FOUND` if there is none yet, with what makes one.
 */
export async function workerPod(
  { api }: Cluster,
  { kind, namespace }: { readonly kind: WorkloadKind; readonly namespace: string },
): Promise<ObjectRef> {
  if (kind === 'Pod') return { ...POD, namespace, name: 'demo' }
  const resource = await api.kindOf(POD)
  const { items } = await api.list(resource, { namespace, labelSelector: SELECTOR })
  const pods = items
    .filter((pod) => controllerOf(pod) === OWNERS[kind])
    .toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)))
  const pod = pods.find(hasLog) ?? pods[0]
  if (pod) return { ...POD, ...objectRef(pod) }
  throw noPod(kind, namespace)
}

function controllerOf({ metadata }: KubeObject): string | undefined {
  const owner = listAt(metadata, 'ownerReferences').find(
    (one) => (one as { readonly controller?: boolean }).controller === true,
  )
  return textAt(owner, 'kind')
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? ''
}

function noPod(kind: WorkloadKind, namespace: string): DeployError {
  const subject = `${kind}/${namespace}/demo`
  return new DeployError('ERR_NOT_FOUND', `${subject}: no log: it has no pod`, {
    subject,
    ...(kind === 'CronJob'
      ? { hint: `it has not run yet; to run it at once: ${runAtOnce(namespace)}` }
      : {}),
  })
}

/** The command that starts a CronJob's run without waiting for its time. */
export function runAtOnce(namespace: string): string {
  return `kubectl create job demo-now --from=cronjob/demo --namespace ${namespace}`
}
