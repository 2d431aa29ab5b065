import { cpus, release, totalmem } from 'node:os'
import { isApiError } from '../client.ts'
import type { KubernetesClient } from '../client.ts'
import type { KubeObject } from '../object.ts'
import { time } from './container-status.ts'

/** The node, and every pod that has none of its own. */
export const ADDRESS = '127.0.0.1'

const MOST_PODS = '110'

/** What the node offers: the machine's cores and memory, none of it held back. */
export function capacity(): Readonly<Record<string, string>> {
  return {
    cpu: String(cpus().length),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: MOST_PODS,
  }
}

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
const LEASE_SECONDS = 40

/**
 * Announces the node, or takes over an object of its name. Its status says Ready at once.
 *
 * The only address is the internal one: an API server that prefers names would look for one that does not resolve.
 *
 * @param port Of the kubelet endpoint, where the API server asks for logs.
 * @returns the Node as the API server has it.
 */
export async function registerNode(
  client: KubernetesClient,
  name: string,
  port: number,
  now: number,
): Promise<KubeObject> {
  const path = `/api/v1/nodes/${name}`
  const labels = nodeLabels(name)
  try {
    await client.create('/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      spec: {},
    })
  } catch (error) {
    if (!isApiError(error, 409)) throw error
    await client.patch(path, 'application/merge-patch+json', { metadata: { labels } })
  }
  const status = nodeStatus(port, now)
  return client.patch(`${path}/status`, 'application/merge-patch+json', { status })
}

function nodeLabels(name: string): Readonly<Record<string, string>> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  return {
    // Pods ask for Linux; a child process on macOS answers for it all the same.
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': arch,
    'kubernetes.io/hostname': name,
  }
}

/** @see https://kubernetes.io/docs/reference/node/node-status/ */
function nodeStatus(port: number, now: number): Readonly<Record<string, unknown>> {
  const resources = capacity()
  return {
    addresses: [{ type: 'InternalIP', address: ADDRESS }],
    capacity: resources,
    allocatable: resources,
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', now),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', now),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', now),
      condition('Ready', 'True', 'KubeletReady', now),
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: release(),
      osImage: `Node.js ${process.version} (child processes)`,
      containerRuntimeVersion: `process://${process.versions.node}`,
      kubeletVersion: 'v1.36.3-keyless',
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    },
  }
}

const MESSAGES: Readonly<Record<string, string>> = {
  KubeletHasSufficientMemory: 'kubelet has sufficient memory available',
  KubeletHasNoDiskPressure: 'kubelet has no disk pressure',
  KubeletHasSufficientPID: 'kubelet has sufficient PID available',
  KubeletReady: 'kubelet is posting ready status',
}

function condition(
  type: string,
  status: 'True' | 'False',
  reason: string,
  now: number,
): Readonly<Record<string, unknown>> {
  const at = time(now)
  const message = MESSAGES[reason] ?? ''
  return { type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime: at }
}

/**
 * Tells the cluster that the node is alive: one small write, instead of the whole status.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats
 */
export async function renewLease(
  client: KubernetesClient,
  node: { readonly name: string; readonly uid: string },
  now: number,
): Promise<void> {
  const spec = {
    holderIdentity: node.name,
    leaseDurationSeconds: LEASE_SECONDS,
    renewTime: new Date(now).toISOString().replace('Z', '000Z'),
  }
  const path = `${LEASES}/${node.name}`
  try {
    await client.patch(path, 'application/merge-patch+json', { spec })
  } catch (error) {
    if (!isApiError(error, 404)) throw error
    const owner = { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid }
    await client.create(LEASES, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: node.name,
        namespace: 'kube-node-lease',
        ownerReferences: [owner],
      },
      spec,
    })
  }
}
