import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../client.ts'
import type { ApiAccess } from '../client.ts'
import { listen } from '../../http.ts'
import type { KubeObject } from '../object.ts'
import type { KeyPair } from '../../tls.ts'
import { createEndpoint } from './endpoint.ts'
import { createEventRecorder } from './events.ts'
import type { ImageTable } from './image.ts'
import { PodSet } from './pod-set.ts'
import { ProcessGroups } from './process-groups.ts'
import { ADDRESS, capacity, registerNode, renewLease } from './registration.ts'
import { KUBELET_TIMING } from './services.ts'
import type { NodeServices, Timing } from './services.ts'
import { createTokenSource } from './tokens.ts'

export interface NodeOptions {
  /** The API server, the local or a real one, and who the node is there. */
  readonly access: ApiAccess
  readonly name: string
  /** For the kubelet endpoint on 127.0.0.1, where the API server asks for logs. */
  readonly tls: KeyPair
  /** Image reference → command, program first; paths in it are the machine's. */
  readonly images: ImageTable
  /** For volumes, logs and scratch files; made if missing, open to its owner only. */
  readonly directory: string
  readonly now?: () => number
  /** Bearer token the kubelet endpoint asks for; default: none, it listens on the loopback address only. */
  readonly apiServerToken?: string
  /** Shorter waits, for tests; default: the kubelet's. */
  readonly timing?: Partial<Timing>
}

/** A node that has registered and watches for its pods. */
export interface KubernetesNode {
  /** `https://127.0.0.1:PORT` of the kubelet endpoint. */
  readonly url: string
  /** Ends all containers at once and stops watching; resolves when their processes are gone. Nothing is reported. */
  close(): Promise<void>
}

/**
 * Starts a node that runs the containers of its pods as child processes of this one.
 *
 * It speaks to the API server only over its REST API, so a real kube-apiserver will do as well. Containers share the
 * machine's network, users and files: two pods that listen on one port collide, and isolation is not claimed.
 *
 * @throws {ApiError} if the API server refuses to register the node.
 */
export async function startNode(options: NodeOptions): Promise<KubernetesNode> {
  const now = options.now ?? Date.now
  const client = createClient(options.access)
  const directory = await prepareDirectory(options.directory)
  const processes = new ProcessGroups(join(directory, 'processes'))
  await processes.sweep()
  const services: NodeServices = {
    client,
    apiServerUrl: options.access.url,
    events: createEventRecorder(client, options.name, now),
    tokens: createTokenSource(client, now),
    processes,
    images: options.images,
    node: { address: ADDRESS, allocatable: capacity() },
    directory,
    timing: { ...KUBELET_TIMING, ...options.timing },
    now,
  }
  const pods = new PodSet(services)
  const endpoint = await listen(
    createEndpoint({
      find: (namespace, name) => pods.find(namespace, name),
      ...(options.apiServerToken === undefined ? {} : { apiServerToken: options.apiServerToken }),
      now,
    }),
    { tls: options.tls, name: 'node' },
  )
  const stop = new AbortController()
  let background: Promise<unknown> = Promise.resolve()
  const close = async () => {
    stop.abort()
    pods.abandon()
    await processes.close()
    await Promise.all([background, pods.done()])
    await services.events.flush()
    await endpoint.close()
    client.close()
  }
  try {
    const registered = await registerNode(client, options.name, endpoint.port, now())
    const fieldSelector = `spec.nodeName=${options.name}`
    background = Promise.all([
      client.listAndWatch('/api/v1/pods', pods, stop.signal, { fieldSelector }),
      heartbeat(services, registered, stop.signal),
    ])
  } catch (error) {
    await close()
    throw error
  }
  return { url: endpoint.url, close }
}

async function prepareDirectory(directory: string): Promise<string> {
  await mkdir(join(directory, 'processes'), { recursive: true, mode: 0o700 })
  // A symbolic link on the way would make two paths for one place.
  return realpath(directory)
}

async function heartbeat(
  { client, timing, now }: NodeServices,
  { metadata }: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const node = { name: metadata.name ?? '', uid: metadata.uid ?? '' }
  while (!signal.aborted) {
    // A heartbeat that does not arrive is not repeated: the next one says the same.
    await renewLease(client, node, now()).catch(() => {})
    await sleep(timing.heartbeatMs, undefined, { signal }).catch(() => {})
  }
}
