import { badRequest, conflict } from '../errors.ts'
import { isRecord, listAt, numberAt, textAt } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import { readJson } from './body.ts'
import type { Call } from './call.ts'
import { liveObject, wanted } from './read.ts'
import { answer, json } from './respond.ts'
import { isReleased, placeOf } from './write.ts'

/** Kinds whose DELETE answers with the object, where others answer with a Status. */
const RETURNS_OBJECT = new Set(['pods', 'serviceaccounts', 'services', 'resourcequotas'])
const DEFAULT_POD_GRACE_SECONDS = 30

interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined
  readonly propagation: 'Background' | 'Foreground' | 'Orphan'
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly dryRun: boolean
}

export async function deleteObject(api: Api, call: Call): Promise<Response> {
  const options = await readOptions(call)
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
  const options = await readOptions(call)
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
  const removed = isReleased(marked)
  if (options.dryRun) return { object: marked, removed }
  if (removed) return { object: api.store.remove(place, marked), removed }
  if (JSON.stringify(marked) === JSON.stringify(live)) return { object: live, removed }
  return { object: api.store.put(place, marked), removed }
}

/** The default way of a plain delete, for callers inside the server. */
export const AT_ONCE: DeleteOptions = {
  gracePeriodSeconds: 0,
  propagation: 'Background',
  uid: undefined,
  resourceVersion: undefined,
  dryRun: false,
}

function mark(api: Api, live: KubeObject, options: DeleteOptions): KubeObject {
  const grace = graceOf(live, options)
  const before = live.metadata.deletionGracePeriodSeconds
  const seconds = before === undefined ? grace : Math.min(before, grace)
  const at = live.metadata.deletionTimestamp
  const timed =
    at === undefined || (before !== undefined && seconds < before)
      ? { deletionTimestamp: after(api, seconds), deletionGracePeriodSeconds: seconds }
      : {}
  const finalizers = finalizersFor(live, options)
  const metadata = { ...live.metadata, ...timed }
  delete metadata.finalizers
  if (finalizers.length > 0) metadata.finalizers = finalizers
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

function finalizersFor(live: KubeObject, { propagation }: DeleteOptions): string[] {
  const others = (live.metadata.finalizers ?? []).filter(
    (one) => one !== 'orphan' && one !== 'foregroundDeletion',
  )
  if (propagation === 'Foreground') return [...others, 'foregroundDeletion']
  if (propagation === 'Orphan') return [...others, 'orphan']
  return live.metadata.deletionTimestamp === undefined ? others : (live.metadata.finalizers ?? [])
}

function after(api: Api, seconds: number): string {
  return timestamp({ ...api, now: () => api.now() + seconds * 1000 })
}

function checkPreconditions(
  { resource }: Pick<Call, 'resource'>,
  live: KubeObject,
  options: DeleteOptions,
): void {
  const subject = {
    group: resource.group,
    resource: resource.plural,
    name: live.metadata.name ?? '',
  }
  const { uid, resourceVersion } = live.metadata
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(
      subject,
      `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`,
    )
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw conflict(
      subject,
      `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`,
    )
  }
}

async function readOptions(call: Call): Promise<DeleteOptions> {
  const raw = await readJson(call.request)
  const body: JsonObject = isRecord(raw) ? raw : {}
  const fromQuery = call.query.get('gracePeriodSeconds')
  const grace = numberAt(body, 'gracePeriodSeconds') ?? (fromQuery ? Number(fromQuery) : undefined)
  const wish =
    textAt(body, 'propagationPolicy') ??
    call.query.get('propagationPolicy') ??
    defaultPropagation(call)
  if (wish !== 'Background' && wish !== 'Foreground' && wish !== 'Orphan') {
    throw badRequest(
      `propagationPolicy: Unsupported value: "${wish}": supported values: "Foreground", "Background", "Orphan", "nil"`,
    )
  }
  return {
    gracePeriodSeconds: grace,
    propagation: body['orphanDependents'] === true ? 'Orphan' : wish,
    uid: textAt(body, 'preconditions', 'uid'),
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion'),
    dryRun: call.dryRun || listAt(body, 'dryRun').includes('All'),
  }
}

/** `batch/v1` Jobs leave their pods behind unless told otherwise, and say so. */
function defaultPropagation(call: Call): string {
  if (call.resource.plural !== 'jobs') return 'Background'
  call.warnings.push(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  )
  return 'Orphan'
}
