import { DeployError } from '../core/errors.ts'
import { objectRef } from '../core/object.ts'
import type { ObjectRef } from '../core/object.ts'
import type { WorkloadKind } from '../core/workload.ts'
import type { Cluster } from './connect.ts'
import { newestPod } from './newest-pod.ts'

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
  cluster: Cluster,
  { kind, namespace }: { readonly kind: WorkloadKind; readonly namespace: string },
): Promise<ObjectRef> {
  if (kind === 'Pod') return { ...POD, namespace, name: 'demo' }
  const selection = { namespace, labelSelector: SELECTOR, owner: OWNERS[kind] }
  const pod = await newestPod(cluster, selection)
  if (pod) return { ...POD, ...objectRef(pod) }
  throw noPod(kind, namespace)
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
