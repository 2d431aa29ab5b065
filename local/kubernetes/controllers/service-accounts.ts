import { isApiError } from '../client.ts'
import { at, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { PATHS, inNamespace, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import { isNamespaceTerminating } from './pod-control.ts'

const DEFAULT = 'default'
const ROOT_CA = 'kube-root-ca.crt'
const ROOT_CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

/**
 * Every namespace has a ServiceAccount `default` and a ConfigMap `kube-root-ca.crt`; both come back when deleted,
 * and the certificate when edited.
 *
 * @param certificateAuthority PEM root of the API server.
 */
export function startServiceAccountController(
  cluster: Cluster,
  certificateAuthority: string,
): void {
  const namespaces = cluster.informer(PATHS.namespaces)
  const queue = cluster.queue(async (name) => {
    const namespace = namespaces.get(name)
    if (namespace === undefined || textAt(namespace, 'status', 'phase') === 'Terminating') return
    await Promise.all([
      ensureAccount(cluster, name),
      ensureRootCa(cluster, name, certificateAuthority),
    ])
  })
  namespaces.onChange(({ metadata }) => queue.add(metadata.name ?? ''))
  cluster.informer(PATHS.serviceAccounts).onChange(({ metadata }, change) => {
    if (change === 'deleted' && metadata.name === DEFAULT) queue.add(metadata.namespace ?? '')
  })
  cluster.informer(PATHS.configMaps).onChange(({ metadata }) => {
    if (metadata.name === ROOT_CA) queue.add(metadata.namespace ?? '')
  })
}

async function ensureAccount(cluster: Cluster, namespace: string): Promise<void> {
  const accounts = cluster.informer(PATHS.serviceAccounts)
  await accounts.synced
  if (accounts.get(`${namespace}/${DEFAULT}`) !== undefined) return
  const metadata = { name: DEFAULT, namespace }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata }
  await createUnlessThere(cluster, PATHS.serviceAccounts, account)
}

async function ensureRootCa(
  cluster: Cluster,
  namespace: string,
  certificateAuthority: string,
): Promise<void> {
  const maps = cluster.informer(PATHS.configMaps)
  await maps.synced
  const live = maps.get(`${namespace}/${ROOT_CA}`)
  if (live !== undefined && at(live, 'data', 'ca.crt') === certificateAuthority) return
  const annotations = { 'kubernetes.io/description': ROOT_CA_DESCRIPTION }
  const metadata = { name: ROOT_CA, namespace, annotations }
  const data = { 'ca.crt': certificateAuthority }
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
  if (live === undefined) return createUnlessThere(cluster, PATHS.configMaps, map)
  await cluster.client.update(objectPath(PATHS.configMaps, live), { ...live, data })
}

/** Another may have been first, or the namespace may be on its way out: both are fine. */
async function createUnlessThere(
  cluster: Cluster,
  collection: string,
  object: KubeObject,
): Promise<void> {
  try {
    const path = inNamespace(collection, object.metadata.namespace)
    cluster.informer(collection).put(await cluster.client.create(path, object))
  } catch (error) {
    if (isApiError(error, 409) || isApiError(error, 404) || isNamespaceTerminating(error)) return
    throw error
  }
}
