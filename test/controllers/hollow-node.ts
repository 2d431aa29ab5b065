import type { KubernetesClient } from '../../local/kubernetes/client.ts'
import { isApiError } from '../../local/kubernetes/client.ts'
import { textAt } from '../../local/kubernetes/object.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'

/** What a pod does here, by its annotation `hollow/ends`: nothing = it runs and is ready. */
export type Ending = 'Succeeded' | 'Failed' | 'never-ready'

/** A node that reports what a kubelet would, without running anything. */
export async function joinHollowNode(
  client: KubernetesClient,
  name: string,
  options: { readonly signal: AbortSignal; readonly labels?: Readonly<Record<string, string>> },
): Promise<void> {
  const labels = { 'kubernetes.io/os': 'linux', ...options.labels }
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }
  await client.create('/api/v1/nodes', node)
  const allocatable = { cpu: '4', memory: '8Gi', pods: '110' }
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', ...times() }
  await client.patch(`/api/v1/nodes/${name}/status`, 'application/merge-patch+json', {
    status: { allocatable, capacity: allocatable, conditions: [ready] },
  })
  const report = (pod: KubeObject) => {
    if (textAt(pod, 'spec', 'nodeName') !== name) return
    // A pod may be gone before its report arrives; the next event tells.
    reportPod(client, pod).catch(() => {})
  }
  void client.listAndWatch(
    '/api/v1/pods',
    {
      onSync: (pods) => pods.forEach(report),
      onEvent: ({ type, object }) => {
        if (type !== 'DELETED') report(object)
      },
    },
    options.signal,
  )
}

async function reportPod(client: KubernetesClient, pod: KubeObject): Promise<void> {
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`
  if (pod.metadata.deletionTimestamp !== undefined) return removePod(client, path, pod)
  if (textAt(pod, 'status', 'phase') !== 'Pending') return
  const status = statusOf(pod.metadata.annotations?.['hollow/ends'] as Ending | undefined)
  await client.patch(`${path}/status`, 'application/strategic-merge-patch+json', { status })
}

async function removePod(client: KubernetesClient, path: string, pod: KubeObject): Promise<void> {
  const options = { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } }
  try {
    await client.delete(path, options)
  } catch (error) {
    if (!isApiError(error, 404) && !isApiError(error, 409)) throw error
  }
}

function statusOf(ending: Ending | undefined): object {
  const isReady = ending === undefined
  const ready = { type: 'Ready', status: isReady ? 'True' : 'False', ...times() }
  const phase = ending === undefined || ending === 'never-ready' ? 'Running' : ending
  return { phase, conditions: [ready], podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }] }
}

function times(): object {
  return { lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z` }
}
