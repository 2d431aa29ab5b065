import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, isApiError } from '../../local/kubernetes/client.ts'
import type { ApiAccess, KubernetesClient } from '../../local/kubernetes/client.ts'
import { startNode } from '../../local/kubernetes/node/node.ts'
import type { KubernetesNode, NodeOptions } from '../../local/kubernetes/node/node.ts'
import type { ContainerStatus, Pod } from '../../local/kubernetes/node/pod.ts'
import { createAuthority } from '../../local/tls.ts'
import { startApiServer } from '../support/api-server.ts'

/** An API server with one node and no controllers: pods are bound to the node as they are created. */
export interface NodeCluster {
  readonly access: ApiAccess
  readonly client: KubernetesClient
  /** The node's own directory. */
  readonly directory: string
  /** Creates a pod on the node, in a namespace of this test file. */
  createPod(name: string, spec: object, metadata?: object): Promise<Pod>
  create(kind: 'ConfigMap' | 'Secret', name: string, data: object): Promise<void>
  /** Replaces a config map's data. */
  change(name: string, data: object): Promise<void>
  pod(name: string): Promise<Pod>
  /** The pod as soon as `isSo` holds; fails with its last status after 20 s. */
  until(name: string, what: string, isSo: (pod: Pod) => boolean): Promise<Pod>
  /** Resolves when the API server has no such pod any more. */
  untilGone(name: string): Promise<void>
  /** `type reason message` of the pod's events, each with `×count` above one, in order. */
  events(pod: string): Promise<readonly string[]>
  /** The events as soon as one of them begins like this; they are told in the background. */
  untilEvent(pod: string, start: string): Promise<readonly string[]>
  /** `kubectl logs`, by the API server; a refusal is given back as its text. */
  logs(pod: string, query?: string): Promise<string>
  readonly namespace: string
  /** The kubelet endpoint's address is in there. */
  readonly node: KubernetesNode
  /** @param meanwhile What happens while there is no node. */
  restartNode(change?: Partial<NodeOptions>, meanwhile?: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

const PATIENCE_MS = 20_000

/** What `sh` and `node` images run; everything else is not there. */
const IMAGES = {
  'test/sh:1': ['/bin/sh', '-c'],
  'test/node:1': [process.execPath],
  'test/nothing:1': [],
}

/** Waits short enough for a test. */
const QUICK = {
  restart: { firstMs: 300, longestMs: 2_000 },
  pull: { firstMs: 2_000, longestMs: 4_000 },
  mount: { firstMs: 50, longestMs: 200 },
  retryMs: 200,
  refreshMs: 200,
}

/** Against the local API server; or, where KUBEBUILDER_ASSETS names a folder with one, against a real kube-apiserver. */
export async function startNodeCluster(change: Partial<NodeOptions> = {}): Promise<NodeCluster> {
  const authority = await createAuthority(Date.now())
  const server = await startApiServer({ authority })
  const { access } = server
  const client = createClient(access)
  const directory = await mkdtemp(join(tmpdir(), 'keyless-node-'))
  const namespace = 'node-test'
  const options: NodeOptions = {
    access,
    name: 'test-node',
    tls: await authority.issue(['127.0.0.1', 'localhost']),
    images: IMAGES,
    directory,
    timing: QUICK,
    ...change,
  }
  let node: KubernetesNode = await startNode(options)
  await prepareNamespace(client, namespace)
  const path = (resource: string) => `/api/v1/namespaces/${namespace}/${resource}`
  const cluster: NodeCluster = {
    access,
    client,
    directory,
    namespace,
    createPod: (name, spec, metadata = {}) =>
      client.create(path('pods'), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace, ...metadata },
        spec: {
          nodeName: 'test-node',
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 2,
          ...spec,
        },
      }) as Promise<unknown> as Promise<Pod>,
    create: async (kind, name, data) => {
      const body = { apiVersion: 'v1', kind, metadata: { name, namespace }, ...data }
      await client.create(path(`${kind.toLowerCase()}s`), body)
    },
    change: async (name, data) => {
      await client.patch(path(`configmaps/${name}`), 'application/merge-patch+json', { data })
    },
    pod: (name) => client.get(path(`pods/${name}`)) as Promise<unknown> as Promise<Pod>,
    until: (name, what, isSo) => until(() => cluster.pod(name), what, isSo),
    untilGone: async (name) => {
      const isGone = () =>
        cluster.pod(name).then(
          () => false,
          (error: unknown) => isApiError(error, 404),
        )
      await until(isGone, 'gone', Boolean)
    },
    events: (pod) => describeEvents(client, path('events'), pod),
    untilEvent: (pod, start) =>
      until(
        () => cluster.events(pod),
        `told "${start}"`,
        (events) => events.some((event) => event.startsWith(start)),
      ),
    logs: (pod, query = '') => getText(access, `${path(`pods/${pod}/log`)}?${query}`),
    get node() {
      return node
    },
    restartNode: async (change = {}, meanwhile = async () => {}) => {
      await node.close()
      await meanwhile()
      node = await startNode({ ...options, ...change })
    },
    close: async () => {
      await node.close()
      client.close()
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return cluster
}

/** Without controllers nobody else makes the service account that every pod runs as. */
async function prepareNamespace(client: KubernetesClient, name: string): Promise<void> {
  await client.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })
  for (const account of ['default', 'worker']) {
    await client.create(`/api/v1/namespaces/${name}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: account, namespace: name },
    })
  }
}

async function until<T>(
  read: () => Promise<T>,
  what: string,
  isSo: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const value = await read()
    if (isSo(value)) return value
    if (Date.now() > deadline) {
      const seen = JSON.stringify((value as { readonly status?: unknown }).status ?? value, null, 1)
      throw new Error(`not ${what} within ${PATIENCE_MS / 1000} s: ${seen}`)
    }
    await sleep(20)
  }
}

interface Event {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly count: number
  readonly metadata: { readonly name: string }
  readonly involvedObject: { readonly name: string }
}

async function describeEvents(
  client: KubernetesClient,
  path: string,
  pod: string,
): Promise<readonly string[]> {
  const { items } = await client.list(path)
  return (items as unknown as Event[])
    .filter(({ involvedObject }) => involvedObject.name === pod)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(({ type, reason, message, count }) =>
      [type, reason, message, ...(count > 1 ? [`×${count}`] : [])].join(' '),
    )
}

/** The client reads JSON only, and a log is none. */
function getText(access: ApiAccess, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      access.url + path,
      { ca: access.certificateAuthority, headers: { authorization: `Bearer ${access.token}` } },
      (response) => {
        resolve(readAnswer(response))
      },
    )
    outgoing.once('error', reject)
    outgoing.end()
  })
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  const text = (await response.toArray()).join('')
  if (response.statusCode === 200) return text
  return (JSON.parse(text) as { readonly message: string }).message
}

/** The only container's status. */
export function containerOf(pod: Pod): ContainerStatus | undefined {
  return pod.status.containerStatuses?.[0]
}

export function waitingReason(pod: Pod): string | undefined {
  return containerOf(pod)?.state.waiting?.reason
}

/** A container of the image `test/sh:1` that runs this script. */
export function shell(script: string, more: object = {}): object {
  return { name: 'c', image: 'test/sh:1', args: [script], ...more }
}
