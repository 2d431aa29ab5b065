import { ApiError, isApiError } from '../client.ts'
import type { KubeObject } from '../object.ts'
import { PATHS, inNamespace, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import type { Recorder } from './events.ts'
import { controllerReference } from './owners.ts'
import type { PodTemplate } from './workloads.ts'

/**
 * Creates `count` pods in batches of 1, 2, 4, …, so that a refusal that would meet them all is met once.
 *
 * @param make The template of the next pod.
 * @throws {ApiError} the first refusal of a batch, after an event `FailedCreate` for each; but not when
 *   the namespace is going away, where every creation must fail.
 */
export async function createPods(
  cluster: Cluster,
  record: Recorder,
  options: {
    readonly owner: KubeObject
    readonly count: number
    readonly make: (index: number) => PodTemplate
  },
): Promise<void> {
  const { owner, count, make } = options
  for (let done = 0, size = 1; done < count; done += size, size *= 2) {
    const batch = Array.from({ length: Math.min(size, count - done) }, (_, index) =>
      createPod(cluster, record, owner, make(done + index)),
    )
    const failed = (await Promise.allSettled(batch)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}

async function createPod(
  cluster: Cluster,
  record: Recorder,
  owner: KubeObject,
  template: PodTemplate,
): Promise<void> {
  const { labels, annotations, finalizers, generateName } = template.metadata ?? {}
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: generateName ?? `${owner.metadata.name}-`,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  }
  try {
    const path = inNamespace(PATHS.pods, owner.metadata.namespace)
    const pod = cluster.informer(PATHS.pods).put(await cluster.client.create(path, body))
    const message = `Created pod: ${pod.metadata.name}`
    record(owner, { type: 'Normal', reason: 'SuccessfulCreate', message })
  } catch (error) {
    if (isNamespaceTerminating(error)) return
    const message = `Error creating: ${errorText(error)}`
    record(owner, { type: 'Warning', reason: 'FailedCreate', message })
    throw error
  }
}

/**
 * Deletes one pod of `owner`; one that is gone already is fine.
 *
 * @throws {ApiError} after an event `FailedDelete`.
 */
export async function deletePod(
  cluster: Cluster,
  record: Recorder,
  options: { readonly owner: KubeObject; readonly pod: KubeObject },
): Promise<void> {
  const { owner, pod } = options
  const { uid, name } = pod.metadata
  try {
    const answer = await cluster.client.delete(objectPath(PATHS.pods, pod), {
      preconditions: { uid },
    })
    // A graceful deletion answers with the pod on its way out; otherwise with the last state of it.
    if (answer.kind === 'Pod' && answer.metadata.deletionTimestamp !== undefined)
      cluster.informer(PATHS.pods).put(answer)
    record(owner, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` })
  } catch (error) {
    if (isApiError(error, 404) || isApiError(error, 409)) return
    const message = `Error deleting: ${errorText(error)}`
    record(owner, { type: 'Warning', reason: 'FailedDelete', message })
    throw error
  }
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether a creation failed only because its namespace is going away. */
export function isNamespaceTerminating(error: unknown): boolean {
  const causes = error instanceof ApiError ? error.status.details?.['causes'] : undefined
  return (
    Array.isArray(causes) &&
    causes.some((cause: { reason?: unknown }) => cause.reason === 'NamespaceTerminating')
  )
}
