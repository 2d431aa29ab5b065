import { WORKLOADS } from '../core/newest-pods.ts'
import { isFields, at } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { PART_OF_LABEL } from '../core/ownership.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { ListOptions } from './api.ts'

/** One collection to watch for a wait. */
export interface WaitWatch {
  readonly kind: { readonly apiVersion: string; readonly kind: string }
  readonly options: ListOptions
  /** Whether the objects waited for are in it; else it only tells about them, and a wait can do without. */
  readonly isOwn: boolean
}

/**
 * What a wait for these objects has to watch: their own collections by the set's label, and in each namespace with
 * workloads their ReplicaSets and pods, and the events about all of them.
 */
export function waitWatches(objects: readonly KubeObject[], set: ObjectSet): readonly WaitWatch[] {
  const labelSelector = `${PART_OF_LABEL}=${set.id}`
  const own = distinct(
    objects.map(({ apiVersion, kind, metadata }) => ({
      kind: { apiVersion, kind },
      options: { ...inNamespace(metadata.namespace), labelSelector },
      isOwn: true,
    })),
  )
  const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace))
  return [...own, ...[...namespaces].flatMap((namespace) => helpers(objects, namespace))]
}

function helpers(
  objects: readonly KubeObject[],
  namespace: string | undefined,
): readonly WaitWatch[] {
  const here = objects.filter(({ metadata }) => metadata.namespace === namespace)
  const workloads = here.filter(({ kind }) => WORKLOADS.includes(kind))
  const hasPods = workloads.length > 0 || here.some(({ kind }) => kind === 'Pod')
  if (namespace === undefined || !hasPods) return []
  const options = { namespace, ...selectorOf(workloads) }
  return [
    ...(workloads.some(({ kind }) => kind === 'Deployment')
      ? [helper('apps/v1', 'ReplicaSet', options)]
      : []),
    ...(workloads.length > 0 ? [helper('v1', 'Pod', options)] : []),
    helper('v1', 'Event', { namespace }),
  ]
}

function helper(apiVersion: string, kind: string, options: ListOptions): WaitWatch {
  return { kind: { apiVersion, kind }, options, isOwn: false }
}

/** The pods of one workload are few among a namespace's; for several, one watch of all is cheaper than many. */
function selectorOf(workloads: readonly KubeObject[]): { readonly labelSelector?: string } {
  const [workload] = workloads
  if (workload === undefined || workloads.length > 1) return {}
  const labels = at(workload, 'spec', 'selector', 'matchLabels')
  if (!isFields(labels)) return {}
  return {
    labelSelector: Object.entries(labels)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(','),
  }
}

function inNamespace(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace }
}

function distinct(watches: readonly WaitWatch[]): readonly WaitWatch[] {
  return [...new Map(watches.map((one) => [JSON.stringify(one), one])).values()]
}
