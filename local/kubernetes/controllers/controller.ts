import type { KubernetesClient } from '../client.ts'
import type { KubeObject } from '../object.ts'
import type { Recorder } from './events.ts'
import type { Informer } from './informer.ts'
import type { Queue, Reconcile } from './queue.ts'

/** What every controller is given; all of them share the informers. */
export interface Cluster {
  readonly client: KubernetesClient
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** The informer of a collection, started at the first call. */
  informer(path: string): Informer
  recorder(component: string): Recorder
  queue(reconcile: Reconcile): Queue
  /** Hears what went wrong and will be tried again. */
  readonly onError: (error: unknown) => void
  readonly signal: AbortSignal
}

/** The collections the controllers read. */
export const PATHS = {
  configMaps: '/api/v1/configmaps',
  cronJobs: '/apis/batch/v1/cronjobs',
  deployments: '/apis/apps/v1/deployments',
  jobs: '/apis/batch/v1/jobs',
  namespaces: '/api/v1/namespaces',
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  replicaSets: '/apis/apps/v1/replicasets',
  resourceQuotas: '/api/v1/resourcequotas',
  serviceAccounts: '/api/v1/serviceaccounts',
} as const

/** The path of one object below its collection's path. */
export function objectPath(collection: string, { metadata }: KubeObject): string {
  return `${inNamespace(collection, metadata.namespace)}/${metadata.name}`
}

/** `/api/v1/pods` → `/api/v1/namespaces/a/pods`. */
export function inNamespace(collection: string, namespace: string | undefined): string {
  if (namespace === undefined || namespace === '') return collection
  const slash = collection.lastIndexOf('/')
  return `${collection.slice(0, slash)}/namespaces/${namespace}${collection.slice(slash)}`
}
