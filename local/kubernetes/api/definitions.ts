import { isRecord, listAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { CRD_COLLECTION, customResources } from '../resources/custom.ts'
import { establishedStatus } from '../resources/establish.ts'
import type { Change, Place } from '../store/store.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import { placeOf } from './write.ts'

/**
 * What kube-apiserver does to CustomResourceDefinitions by itself, a moment after they are written: accepts their names,
 * establishes them, and of one that is deleted first removes the objects.
 *
 * Simpler than the real one: the finalizers of those objects are not waited for.
 */
export function followDefinitions(api: Api): void {
  api.store.subscribe(CRD_COLLECTION, (change) => {
    queueMicrotask(() => {
      if (change.type === 'DELETED') removeObjects(api, change)
      else if (change.object.metadata.deletionTimestamp !== undefined) cleanUp(api, change)
      else establish(api, change)
    })
  })
}

/** Whether it is a definition that nobody has deleted yet. */
export function isFreshDefinition({ kind, metadata }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' && metadata.deletionTimestamp === undefined
}

/**
 * What the first deletion makes of a definition, whatever its options say: it stays until its objects are gone.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/etcd.go
 */
export function markedDefinition(live: KubeObject, now: string): KubeObject {
  const { finalizers = [] } = live.metadata
  const metadata = {
    ...live.metadata,
    deletionTimestamp: now,
    finalizers: [...finalizers.filter((one) => one !== CLEANUP), CLEANUP],
  }
  const conditions = [
    ...listAt(live, 'status', 'conditions'),
    { ...TERMINATING, lastTransitionTime: now },
  ]
  return {
    ...live,
    metadata,
    status: { ...(isRecord(live.status) ? live.status : {}), conditions },
  }
}

const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
const TERMINATING = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
}

function definitionPlace({ metadata }: KubeObject): Place {
  return { collection: CRD_COLLECTION, namespace: undefined, name: metadata.name ?? '' }
}

function cleanUp(api: Api, change: Change): void {
  const place = definitionPlace(change.object)
  const live = api.store.get(place)
  if (!live?.metadata.finalizers?.includes(CLEANUP)) return
  removeObjects(api, change)
  const { finalizers, ...metadata } = live.metadata
  const others = finalizers.filter((one) => one !== CLEANUP)
  if (others.length === 0) api.store.remove(place, { ...live, metadata })
  else api.store.put(place, { ...live, metadata: { ...metadata, finalizers: others } })
}

function establish(api: Api, { object }: Change): void {
  const place = definitionPlace(object)
  const live = api.store.get(place)
  if (live === undefined) return
  const status = establishedStatus(live, api.store.list(CRD_COLLECTION), timestamp(api))
  if (status !== undefined) api.store.put(place, { ...live, status })
}

function removeObjects(api: Api, { object }: Change): void {
  for (const resource of customResources(object).slice(0, 1)) {
    for (const one of api.store.list(resource.collection)) {
      api.store.remove(placeOf(resource, one.metadata.namespace, one.metadata.name ?? ''), one)
    }
  }
}
