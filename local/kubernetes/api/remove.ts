import { admitNamespaceDelete } from '../admission/namespace-lifecycle.ts'
import { conflict } from '../errors.ts'
import { isRecord, numberAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { isFreshDefinition, markedDefinition } from './definitions.ts'
import { readDeleteOptions } from './delete-options.ts'
import type { DeleteOptions } from './delete-options.ts'
import { liveObject, wanted } from './read.ts'
import { answer, json } from './respond.ts'
import { isReleased, placeOf } from './write.ts'

/** Kinds whose DELETE answers with the object, where others answer with a Status. */
const RETURNS_OBJECT = new Set(['pods', 'serviceaccounts', 'services', 'resourcequotas'])
const DEFAULT_POD_GRACE_SECONDS = 30

export async function deleteObject(api: Api, call: Call): Promise<Response> {
  const options = await readDeleteOptions(call)
  if (call.resource.plural === 'namespaces') admitNamespaceDelete(call.name ?? '')
  const live = liveObject(api, call)
  const { object, removed } = remove(api, call, live, options)
  if (!removed || RETURNS_OBJECT.has(call.resource.plural)) return answer(api, call, object)
  return json({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: live.metadata.name,
      ...(call.resource.group === '' ? {} : { group: call.resource.group }),
      kind: call.resource.plural,
      uid: live.metadata.uid,
    },
  })
}

/** Deletes everything the selectors match and answers with the list. */
export async function deleteCollection(api: Api, call: Call): Promise<Response> {
  const options = await readDeleteOptions(call)
  const items = api.store
    .list(call.resource.collection, call.namespace)
    .filter(wanted(call))
    .map((live) => remove(api, call, live, options).object)
  return json({
    kind: `${call.resource.kind}List`,
    apiVersion: groupVersion(call.resource),
    metadata: { resourceVersion: String(api.store.revision()) },
    items,
  })
}

/** Removes an object, or marks it as being deleted when somebody still has to act on it. */
export function remove(
  api: Api,
  call: Pick<Call, 'resource'>,
  live: KubeObject,
  options: DeleteOptions,
): { readonly object: KubeObject; readonly removed: boolean } {
  checkPreconditions(call, live, options)
  const marked = mark(api, live, options)
  const place = placeOf(call.resource, live.metadata.namespace, live.metadata.name ?? '')
  const removed = isReleased(marked) && !holdsContent(live)
  // Only a pod is seen with its last marks; everything else is gone as it was
  const last = live.kind === 'Pod' ? marked : live
  if (options.dryRun) return { object: removed ? last : marked, removed }
  if (removed) return { object: api.store.remove(place, last), removed }
  if (JSON.stringify(marked) === JSON.stringify(live)) return { object: live, removed }
  return { object: api.store.put(place, marked), removed }
}

/** A namespace is first marked, and goes when its content has gone and the controller says so. */
function holdsContent(live: KubeObject): boolean {
  return live.kind === 'Namespace' && live.metadata.deletionTimestamp === undefined
}

function mark(api: Api, live: KubeObject, options: DeleteOptions): KubeObject {
  if (isFreshDefinition(live)) return markedDefinition(live, timestamp(api))
  const grace = graceOf(live, options)
  const before = live.metadata.deletionGracePeriodSeconds
  const seconds = before === undefined ? grace : Math.min(before, grace)
  const at = live.metadata.deletionTimestamp
  const timed =
    at === undefined || (before !== undefined && seconds < before)
      ? {
          deletionTimestamp: after(api, seconds),
          ...(live.kind === 'Namespace' ? {} : { deletionGracePeriodSeconds: seconds }),
        }
      : {}
  const finalizers = finalizersFor(live, options)
  const metadata = { ...live.metadata, ...timed }
  delete metadata.finalizers
  if (finalizers.length > 0) metadata.finalizers = [...finalizers]
  if (at === undefined && metadata.generation !== undefined) metadata.generation += 1
  const marked = { ...live, metadata }
  if (live.kind !== 'Namespace') return marked
  return {
    ...marked,
    status: { ...(isRecord(live.status) ? live.status : {}), phase: 'Terminating' },
  }
}

/** Only a pod that a node runs is given time to end. */
function graceOf(live: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (live.kind !== 'Pod') return 0
  const phase = textAt(live, 'status', 'phase')
  const isRunning =
    Boolean(textAt(live, 'spec', 'nodeName')) && phase !== 'Succeeded' && phase !== 'Failed'
  if (!isRunning) return 0
  return (
    gracePeriodSeconds ??
    numberAt(live, 'spec', 'terminationGracePeriodSeconds') ??
    DEFAULT_POD_GRACE_SECONDS
  )
}

/** Without a wish the finalizers that are there decide; a kind's own default comes last. */
function finalizersFor(
  live: KubeObject,
  { propagation, defaultPropagation }: DeleteOptions,
): readonly string[] {
  const present = live.metadata.finalizers ?? []
  const others = present.filter((one) => one !== ORPHAN && one !== FOREGROUND)
  const isDecided = others.length < present.length
  switch (propagation ?? (isDecided ? undefined : defaultPropagation)) {
    case 'Foreground':
      return [...others, FOREGROUND]
    case 'Orphan':
      return [...others, ORPHAN]
    case 'Background':
      return live.metadata.deletionTimestamp === undefined ? others : present
    default:
      return present
  }
}

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

function after(api: Api, seconds: number): string {
  return timestamp({ ...api, now: () => api.now() + seconds * 1000 })
}

function checkPreconditions(
  { resource }: Pick<Call, 'resource'>,
  live: KubeObject,
  options: DeleteOptions,
): void {
  const { uid, resourceVersion, name = '' } = live.metadata
  // The real server names the kind here, not the resource
  const subject = { group: resource.group, resource: resource.kind, name }
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(
      subject,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    )
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw conflict(
      subject,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    )
  }
}
