import { admitNamespaceDelete } from '../admission/namespace-lifecycle.ts'
import { conflict } from '../errors.ts'
import type { StatusCause } from '../errors.ts'
import { isRecord, listAt, numberAt, textAt } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import { invalidValue, notSupported } from '../resources/validation/causes.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import { readJson } from './body.ts'
import type { Call } from './call.ts'
import { dryRunProblems, refuse } from './options.ts'
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

/**
 * Of the body alone if there is one; else of the query. A client that asks for a dry run in the query and sends options
 * in the body has deleted the object.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/delete.go
 */
async function readOptions(call: Call): Promise<DeleteOptions> {
  const body = await readJson(call.request)
  return parseDeleteOptions(call, isRecord(body) ? body : optionsOfQuery(call.query))
}

function optionsOfQuery(query: URLSearchParams): JsonObject {
  const grace = query.get('gracePeriodSeconds')
  const policy = query.get('propagationPolicy')
  const orphan = query.get('orphanDependents')
  return {
    ...(grace ? { gracePeriodSeconds: Number(grace) } : {}),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: orphan }),
    dryRun: query.getAll('dryRun'),
  }
}

/** DeleteOptions as they stand in a body, or in an eviction. */
export function parseDeleteOptions(call: Call, raw: unknown): DeleteOptions {
  const body: JsonObject = isRecord(raw) ? raw : {}
  const grace = numberAt(body, 'gracePeriodSeconds')
  const asked = textAt(body, 'propagationPolicy')
  const orphan = body['orphanDependents']
  const dryRun = listAt(body, 'dryRun').map(String)
  refuse('DeleteOptions', [...propagationProblems(asked, orphan), ...dryRunProblems(dryRun)])
  const wish = orphan === true || orphan === 'true' ? 'Orphan' : (asked ?? defaultPropagation(call))
  return {
    // A negative time is no time to wait, and 0 would be force
    gracePeriodSeconds: grace !== undefined && grace < 0 ? 1 : grace,
    propagation: wish === 'Foreground' || wish === 'Orphan' ? wish : 'Background',
    uid: textAt(body, 'preconditions', 'uid'),
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion'),
    dryRun: call.dryRun || dryRun.length > 0,
  }
}

const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil']

function propagationProblems(asked: string | undefined, orphan: unknown): readonly StatusCause[] {
  const problems: StatusCause[] = []
  if (asked === undefined) return problems
  if (orphan !== undefined) {
    problems.push(
      invalidValue(
        'propagationPolicy',
        asked,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    )
  }
  if (asked === 'nil' || !POLICIES.includes(asked)) {
    problems.push(notSupported('propagationPolicy', asked, POLICIES))
  }
  return problems
}

/** `batch/v1` Jobs leave their pods behind unless told otherwise, and say so. */
function defaultPropagation(call: Call): string {
  if (call.resource.plural !== 'jobs') return 'Background'
  call.warnings.push(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  )
  return 'Orphan'
}
