import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { inClusterApiServer } from '../../local/in-cluster/api-server.ts'
import { readClusterDeclaration } from '../../local/in-cluster/declaration.ts'
import type { ClusterDeclaration } from '../../local/in-cluster/declaration.ts'
import { startClusterPlatform } from '../../local/in-cluster/platform.ts'
import type { ClusterPlatform, ClusterPlatformOptions } from '../../local/in-cluster/platform.ts'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess, KubernetesClient } from '../../local/kubernetes/client.ts'
import { textAt } from '../../local/kubernetes/object.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { createAuthority } from '../../local/tls.ts'
import { startApiServer } from '../support/api-server.ts'

export const NAMESPACE = 'keyless-platform'
export const WEBHOOK_PATH =
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/keyless-platform-webhook'
export const SECRET_PATH = `/api/v1/namespaces/${NAMESPACE}/secrets/platform-tls`
export const ROOTS_PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps/trust-root`
const CONFIG_PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps/platform`
export const MANIFESTS = join('manifests', 'platform')

/** An API server with manifests/platform on it, and the platform as its pod would run, without the pod. */
export interface PlatformCluster {
  readonly access: ApiAccess
  /** As the administrator. */
  readonly client: KubernetesClient
  /** Where the kubelet would have put token and root. */
  readonly serviceAccountDirectory: string
  /** Starts the platform with the rights of its service account; `close` of the cluster closes it too. */
  startPlatform(change?: Partial<ClusterPlatformOptions>): Promise<ClusterPlatform>
  /** A declaration other than the deployed one: the deployed text, changed. */
  declare(change: (text: string) => string): Promise<ClusterDeclaration>
  /** A token as the kubelet projects it for this service account, which is made if it is not there. */
  tokenOf(namespace: string, name: string): Promise<string>
  /** Makes the API server call the webhook at this port of this machine: no service leads there without a network. */
  callWebhookAt(port: number): Promise<void>
  closePlatforms(): Promise<void>
  close(): Promise<void>
}

/**
 * With the local API server; or, where KUBEBUILDER_ASSETS names a folder with one, with a real kube-apiserver, which calls
 * the webhook by itself.
 */
export async function startPlatformCluster(
  deploy: (access: ApiAccess, directory: string) => Promise<void> = createAll,
): Promise<PlatformCluster> {
  const authority = await createAuthority(Date.now())
  const webhook = { isUp: true }
  const server = await startApiServer({ authority, webhookAvailable: () => webhook.isUp })
  const client = createClient(server.access)
  const { hostname, port } = new URL(server.access.url)
  const directory = await mkdtemp(join(tmpdir(), 'keyless-in-cluster-'))
  const started: ClusterPlatform[] = []
  await defineWebhookConfigurations(client)
  await deploy(server.access, directory)
  const config = textAt(await client.get(CONFIG_PATH), 'data', 'platform.yaml') ?? ''
  const cluster: PlatformCluster = {
    access: server.access,
    client,
    serviceAccountDirectory: directory,
    startPlatform: async (change = {}) => {
      const platform = await startClusterPlatform({
        declaration: await cluster.declare((text) => text),
        apiServer: inClusterApiServer(
          { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
          directory,
        ),
        ports: { services: 0, webhook: 0, health: 0 },
        reach: 'loopback',
        otherNames: ['localhost'],
        onState: () => {},
        ...change,
      })
      started.push(platform)
      return platform
    },
    declare: (change) => declaration(directory, change(config)),
    callWebhookAt: (port) => pointWebhookTo(client, port),
    closePlatforms: async () => {
      webhook.isUp = false
      for (const platform of started.splice(0)) await platform.close()
    },
    tokenOf: async (namespace, name) => {
      await ensure(client, '/api/v1/namespaces', { metadata: { name: namespace } })
      const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
      await ensure(client, accounts, { metadata: { name, namespace } })
      const spec = { audiences: ['api://AzureADTokenExchange'], expirationSeconds: 3600 }
      const answer = await client.create(`${accounts}/${name}/token`, { spec })
      return textAt(answer, 'status', 'token') ?? ''
    },
    close: async () => {
      for (const platform of started) await platform.close()
      client.close()
      await server.close()
      await rm(directory, { recursive: true })
    },
  }
  await writeFile(join(directory, 'ca.crt'), authority.certificate)
  await writeFile(join(directory, 'namespace'), NAMESPACE)
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/platform/token`
  const token = await client.create(path, { spec: {} })
  await writeFile(join(directory, 'token'), textAt(token, 'status', 'token') ?? '', { mode: 0o600 })
  return cluster
}

async function pointWebhookTo(client: KubernetesClient, port: number): Promise<void> {
  const caBundle = textAt(await client.get(WEBHOOK_PATH), 'webhooks', 0, 'clientConfig', 'caBundle')
  const value = { url: `https://localhost:${port}/mutate-v1-pod`, caBundle }
  const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig', value }]
  await client.patch(WEBHOOK_PATH, 'application/json-patch+json', patch)
}

/** What manifests/platform holds, save for the pods: no node is here to run them. */
export async function manifestsWithoutPods(): Promise<readonly KubeObject[]> {
  const names = (await readdir(MANIFESTS)).toSorted()
  const objects = await Promise.all(
    names.map(async (name) => parse(await readFile(join(MANIFESTS, name), 'utf8')) as KubeObject),
  )
  return objects.filter(({ kind }) => kind !== 'Deployment')
}

async function createAll(access: ApiAccess): Promise<void> {
  const client = createClient(access)
  for (const object of await manifestsWithoutPods())
    await client.create(collectionOf(object), object)
  client.close()
}

/** One owner per field of each webhook, as the real kind has it. */
const CONFIGURATION_SCHEMA = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: {
    webhooks: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        required: ['name'],
        properties: { name: { type: 'string' } },
      },
    },
  },
}

/** The stand-in has no webhook configurations; it keeps objects of any group that is defined, and calls nobody. */
async function defineWebhookConfigurations(client: KubernetesClient): Promise<void> {
  if (process.env['KUBEBUILDER_ASSETS'] !== undefined) return
  const group = 'admissionregistration.k8s.io'
  const plural = 'mutatingwebhookconfigurations'
  await client.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/kubernetes' },
    },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural, kind: 'MutatingWebhookConfiguration' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: CONFIGURATION_SCHEMA },
        },
      ],
    },
  })
  for (let left = 50; left > 0; left -= 1) {
    const isServed = await client.list(`/apis/${group}/v1/${plural}`).then(
      () => true,
      () => false,
    )
    if (isServed) return
    await sleep(20)
  }
}

const CLUSTER_SCOPED = [
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'MutatingWebhookConfiguration',
]

function collectionOf({ apiVersion, kind }: KubeObject): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  const scope = CLUSTER_SCOPED.includes(kind) ? '' : `/namespaces/${NAMESPACE}`
  const lower = kind.toLowerCase()
  return `${root}${scope}/${lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`}`
}

async function ensure(client: KubernetesClient, collection: string, object: object): Promise<void> {
  await client.create(collection, object).catch((error: { readonly code?: number }) => {
    if (error.code !== 409) throw error
  })
}

let declarations = 0

function declaration(directory: string, text: string) {
  declarations += 1
  const file = join(directory, `platform-${declarations}.yaml`)
  return writeFile(file, text).then(() => readClusterDeclaration(file))
}

export interface Answered {
  readonly status: number
  readonly text: string
}

/** One request to a service by its cluster name, as a pod would send it; `server` is what TLS asks for. */
export function ask(
  port: number,
  url: string,
  {
    ca,
    server = new URL(url).hostname,
    method = 'GET',
    headers = {},
    body = '',
  }: {
    readonly ca: string
    readonly server?: string
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  },
): Promise<Answered> {
  const { host, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        servername: server,
        ca,
        agent: false,
        method,
        path: `${pathname}${search}`,
        headers: { host, ...headers },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    sent.on('error', reject).end(body)
  })
}
