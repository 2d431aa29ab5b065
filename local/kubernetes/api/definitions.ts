import { CRD_COLLECTION, customResources } from '../resources/custom.ts'
import { establishedStatus } from '../resources/establish.ts'
import type { Change } from '../store/store.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import { placeOf } from './write.ts'

/**
 * What kube-apiserver does to CustomResourceDefinitions by itself, a moment after they are written: accepts their names,
 * establishes them, and with a definition removes all its objects.
 *
 * Simpler than the real one: the finalizers of those objects are not waited for.
 */
export function followDefinitions(api: Api): void {
  api.store.subscribe(CRD_COLLECTION, (change) => {
    queueMicrotask(() => {
      if (change.type === 'DELETED') removeObjects(api, change)
      else establish(api, change)
    })
  })
}

function establish(api: Api, { object }: Change): void {
  const place = {
    collection: CRD_COLLECTION,
    namespace: undefined,
    name: object.metadata.name ?? '',
  }
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
