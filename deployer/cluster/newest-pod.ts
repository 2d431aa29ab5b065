import { labelsText } from '../core/labels-text.ts'
import { at, listAt, textAt } from '../core/object.ts'
import type { Fields, KubeObject } from '../core/object.ts'
import { hasLog } from '../core/pod-containers.ts'
import type { Cluster } from './connect.ts'

/** Which pods are meant. */
interface Selection {
  readonly namespace: string
  readonly labelSelector: string
  /** Kind of their controller. */
  readonly owner: string
}

/** Of several pods the newest that has run, else the newest; undefined if there is none. */
export async function newestPod(
  { api }: Cluster,
  { namespace, labelSelector, owner }: Selection,
): Promise<KubeObject | undefined> {
  const kind = await api.kindOf({ apiVersion: 'v1', kind: 'Pod' })
  const { items } = await api.list(kind, { namespace, labelSelector })
  const pods = items
    .filter((pod) => controllerOf(pod) === owner)
    .toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)))
  return pods.find(hasLog) ?? pods[0]
}

/** The pod that an object is, or the newest that it runs; undefined if there is none. */
export async function podOf(cluster: Cluster, object: KubeObject): Promise<KubeObject | undefined> {
  if (object.kind === 'Pod') return object
  const labels = at(object, 'spec', 'selector', 'matchLabels') ?? {}
  return newestPod(cluster, {
    namespace: object.metadata.namespace ?? 'default',
    labelSelector: labelsText(labels as Fields),
    owner: object.kind === 'Deployment' ? 'ReplicaSet' : object.kind,
  })
}

function controllerOf({ metadata }: KubeObject): string | undefined {
  const owner = listAt(metadata, 'ownerReferences').find((one) => at(one, 'controller') === true)
  return textAt(owner, 'kind')
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? ''
}
