import { randomUUID } from 'node:crypto'
import { admit } from '../admission/admit.ts'
import {
  alreadyExists,
  badRequest,
  conflict,
  internalError,
  invalid,
  modified,
  StatusError,
} from '../errors.ts'
import type { StatusCause } from '../errors.ts'
import { trackUpdate } from '../fields/track.ts'
import { listAt } from '../object.ts'
import type { KubeObject, ManagedFieldsEntry } from '../object.ts'
import { groupVersion, hasSubresource } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { IMMUTABLE, invalidValue } from '../resources/validation/causes.ts'
import { validateMetadata, validateMetadataUpdate } from '../resources/validation/metadata.ts'
import { sameJson } from '../schema/same.ts'
import type { Place } from '../store/store.ts'
import { lookup, timestamp } from './api.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'

/** Kinds whose PUT must name the resourceVersion it replaces. */
const LOCKED = new Set(['leases', 'customresourcedefinitions', 'poddisruptionbudgets'])
const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const MAX_GENERATED_NAME = 63

export function placeOf(resource: Resource, namespace: string | undefined, name: string): Place {
  return {
    collection: resource.collection,
    namespace: resource.namespaced ? namespace : undefined,
    name,
  }
}

/**
 * Stores a new object: defaults, ownership of its fields, admission, validation, in the real server's order.
 *
 * @param object Decoded.
 * @param options.owned The object already carries its managedFields (server-side apply).
 */
export async function createObject(
  api: Api,
  call: Call,
  object: KubeObject,
  options: { readonly owned?: boolean } = {},
): Promise<KubeObject> {
  const { resource } = call
  checkNamespace(call, object)
  const fresh = structuredClone(object)
  const { managedFields } = fresh.metadata
  fresh.metadata = born(api, call, fresh)
  resource.rules.defaults?.(fresh)
  if (options.owned && managedFields) fresh.metadata.managedFields = managedFields
  else own(api, call, undefined, fresh)

  const generated = fresh.metadata.name === undefined
  const name = fresh.metadata.name ?? generateName(fresh)
  const admitted = structuredClone(await runAdmission(api, call, { object: fresh, name }))
  if (generated && fresh.metadata.generateName) admitted.metadata.name = name
  resource.rules.defaults?.(admitted)
  resource.rules.prepareCreate?.(admitted)
  // What is read back from the store is defaulted once more, from what the server itself has added
  if (!call.dryRun) resource.rules.defaults?.(admitted)
  if (resource.rules.generation) admitted.metadata.generation = 1
  refuseInvalid(resource, admitted, [
    ...(call.verb === 'patch' ? changedUid(object, admitted) : []),
    ...validateMetadata(admitted, resource),
    ...(resource.rules.validate?.(admitted) ?? []),
  ])
  if (object.metadata.resourceVersion) {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created')
  }

  const place = placeOf(resource, call.namespace, name)
  if (api.store.get(place))
    throw alreadyExists({ group: resource.group, resource: resource.plural, name })
  const stored = resource.rules.toStored?.(admitted) ?? admitted
  return call.dryRun ? stored : api.store.put(place, stored)
}

/**
 * Stores a changed object, or removes it when the change took its last finalizer.
 *
 * @param object Decoded; what only the server may change is taken from `live`.
 */
export async function updateObject(
  api: Api,
  call: Call,
  live: KubeObject,
  object: KubeObject,
  options: { readonly owned?: boolean } = {},
): Promise<KubeObject> {
  const { resource } = call
  checkNamespace(call, object)
  checkLock(call, live, object)
  let fresh = structuredClone(object)
  const { managedFields } = fresh.metadata
  fresh.metadata = kept(live, fresh)
  resource.rules.defaults?.(fresh)
  if (call.subresource?.name === 'status') fresh = withStatus(fresh, live, resource)
  else if (call.subresource?.name === 'finalize') restoreStatus(fresh, live)
  else {
    resource.rules.prepareUpdate?.(fresh, live)
    if (resource.custom && hasSubresource(resource, 'status')) restoreStatus(fresh, live)
  }
  if (fresh.status === undefined) delete fresh.status
  if (resource.rules.generation && !sameDesired(fresh, live)) {
    fresh.metadata.generation = (live.metadata.generation ?? 0) + 1
  }
  if (options.owned && managedFields) fresh.metadata.managedFields = managedFields
  else own(api, call, live, fresh, managedFields)

  const name = live.metadata.name ?? ''
  const admitted = await runAdmission(api, call, { object: fresh, name, old: live })
  refuseInvalid(resource, admitted, [
    ...(call.verb === 'patch' ? changedUid(object, admitted) : []),
    ...validateMetadataUpdate(admitted, live),
    // Asked by the generic registry and by the kind's own rules: the real answer has these causes twice
    ...validateMetadataUpdate(admitted, live),
    ...(isWhole(call) ? validateMetadata(admitted, resource) : []),
    ...(isWhole(call) ? (resource.rules.validate?.(admitted) ?? []) : []),
    ...(isWhole(call) ? (resource.rules.validateUpdate?.(admitted, live) ?? []) : []),
    ...(call.subresource?.name === 'status'
      ? (resource.rules.validateStatus?.(admitted, live) ?? [])
      : []),
  ])

  if (isUnchanged(admitted, live)) return live
  const place = placeOf(resource, live.metadata.namespace, name)
  if (call.dryRun) return admitted
  return isReleased(admitted) ? api.store.remove(place, admitted) : api.store.put(place, admitted)
}

/** Status as the writer has it, spec as it is; a custom resource lets no metadata through here, a Deployment no labels. */
function withStatus(fresh: KubeObject, live: KubeObject, resource: Resource): KubeObject {
  const metadata = { ...fresh.metadata }
  if (resource.kind === 'Deployment') {
    delete metadata.labels
    if (live.metadata.labels) metadata.labels = live.metadata.labels
  }
  return {
    ...structuredClone(live),
    ...(resource.custom ? {} : { metadata }),
    status: fresh.status,
  }
}

/** Whether the call writes an object as a whole. */
function isWhole({ subresource }: Call): boolean {
  return subresource === undefined || subresource.name === 'scale'
}

/** An identity that is written into a patch must be the live one. */
function changedUid(sent: KubeObject, admitted: KubeObject): readonly StatusCause[] {
  const { uid } = sent.metadata
  if (!uid || uid === admitted.metadata.uid) return []
  const cause = invalidValue('metadata.uid', uid, IMMUTABLE)
  return [cause, cause]
}

/** Whether nothing holds an object that is being deleted any more. */
export function isReleased(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata
  const holdsNamespace =
    object.kind === 'Namespace' && listAt(object, 'spec', 'finalizers').length > 0
  return (
    deletionTimestamp !== undefined &&
    (deletionGracePeriodSeconds ?? 0) === 0 &&
    (finalizers ?? []).length === 0 &&
    !holdsNamespace
  )
}

function born(api: Api, call: Call, { metadata }: KubeObject): KubeObject['metadata'] {
  const {
    deletionTimestamp: _1,
    deletionGracePeriodSeconds: _2,
    managedFields: _3,
    resourceVersion: _4,
    namespace: _5,
    ...others
  } = metadata
  const { selfLink: _6, ...rest } = others as typeof others & { selfLink?: string }
  return {
    ...rest,
    ...(call.resource.namespaced && call.namespace !== undefined
      ? { namespace: call.namespace }
      : {}),
    uid: randomUUID(),
    creationTimestamp: timestamp(api),
  }
}

/** Metadata of an update: the writer's labels, annotations, owners and finalizers; the rest is the server's. */
function kept(live: KubeObject, { metadata }: KubeObject): KubeObject['metadata'] {
  const {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    generateName,
    namespace,
    resourceVersion,
  } = live.metadata
  const {
    managedFields: _1,
    deletionTimestamp: _2,
    deletionGracePeriodSeconds: _3,
    generation: _4,
    resourceVersion: _5,
    ...rest
  } = metadata
  return {
    ...rest,
    ...(uid === undefined ? {} : { uid }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(generateName === undefined ? {} : { generateName }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(generation === undefined ? {} : { generation }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  }
}

function restoreStatus(fresh: KubeObject, live: KubeObject): void {
  if (live.status === undefined) delete fresh.status
  else fresh.status = live.status
}

function own(
  api: Api,
  call: Call,
  live: KubeObject | undefined,
  fresh: KubeObject,
  sent?: KubeObject['metadata']['managedFields'],
): void {
  const { resource, manager } = call
  const subresource = call.subresource?.name ?? ''
  const view = (object: KubeObject) => owned(object, resource, subresource)
  const tracked = trackUpdate({
    live: live === undefined ? undefined : view(live),
    fresh: view(sent ? { ...fresh, metadata: { ...fresh.metadata, managedFields: sent } } : fresh),
    shape: resource.shape(),
    manager,
    apiVersion: groupVersion(resource),
    subresource,
    now: timestamp(api),
  })
  const { managedFields } = tracked.metadata
  if (managedFields === undefined) delete fresh.metadata.managedFields
  else fresh.metadata.managedFields = managedFields.map(timed).toSorted(byTime)
}

/** The scale subresource writes no time into its entry. */
function timed(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  if (entry.subresource !== 'scale') return entry
  const { time: _, ...rest } = entry
  return rest
}

/** Entries without a time come first among the updates; everything else is in order already. */
function byTime(left: ManagedFieldsEntry, right: ManagedFieldsEntry): number {
  if (left.operation !== right.operation) return 0
  return Number(left.time !== undefined) - Number(right.time !== undefined)
}

/** What a writer of this endpoint can own: no status on the main resource, nothing but status on /status. */
function owned(object: KubeObject, resource: Resource, subresource: string): KubeObject {
  const { apiVersion, kind, metadata, status, ...rest } = object
  if (subresource === 'status') {
    return { apiVersion, kind, metadata, ...(status === undefined ? {} : { status }) }
  }
  const base = { apiVersion, kind, metadata, ...rest }
  return hasSubresource(resource, 'status') || status === undefined ? base : { ...base, status }
}

function generateName({ metadata }: KubeObject): string {
  const prefix = (metadata.generateName ?? '').slice(0, MAX_GENERATED_NAME - 5)
  if (prefix === '') return ''
  const letters = Array.from(
    { length: 5 },
    () => NAME_LETTERS[Math.floor(Math.random() * NAME_LETTERS.length)],
  )
  return `${prefix}${letters.join('')}`
}

async function runAdmission(
  api: Api,
  call: Call,
  write: { readonly object: KubeObject; readonly name: string; readonly old?: KubeObject },
): Promise<KubeObject> {
  const { resource, namespace, subresource, dryRun, user, warnings } = call
  const old = write.old
  return admit({
    operation: old ? 'UPDATE' : 'CREATE',
    resource: resource.plural,
    group: resource.group,
    name: write.name,
    object: write.object,
    dryRun,
    user,
    warnings,
    settings: api.admission(),
    lookup: (plural, inside, name) => lookup(api, plural, inside, name),
    list: (plural, inside) => {
      const kind = api.registry.byPlural(plural)
      return kind ? api.store.list(kind.collection, inside) : []
    },
    ...(old ? { old } : {}),
    ...(namespace === undefined ? {} : { namespace }),
    ...(subresource ? { subresource: subresource.name } : {}),
  })
}

function checkNamespace(call: Call, { metadata }: KubeObject): void {
  if (call.resource.namespaced && metadata.namespace && metadata.namespace !== call.namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request`,
    )
  }
  if (call.name !== undefined && metadata.name && metadata.name !== call.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${call.name})`,
    )
  }
}

/** Optimistic locking, and the identity of the object the writer has in mind. */
function checkLock(call: Call, live: KubeObject, { metadata }: KubeObject): void {
  const subject = {
    group: call.resource.group,
    resource: call.resource.plural,
    name: live.metadata.name ?? '',
  }
  if (call.verb === 'update' && metadata.uid && metadata.uid !== live.metadata.uid) {
    throw conflict(
      subject,
      `StorageError: invalid object, Code: 4, Key: ${registryKey(call, live)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${live.metadata.uid}`,
    )
  }
  if (metadata.resourceVersion && !/^\d+$/.test(metadata.resourceVersion)) {
    const shown = JSON.stringify(metadata.resourceVersion)
    throw new StatusError(500, '', `strconv.ParseUint: parsing ${shown}: invalid syntax`)
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== live.metadata.resourceVersion) {
    throw modified(subject)
  }
  const locked = LOCKED.has(call.resource.plural) || call.resource.custom !== undefined
  if (call.verb === 'update' && locked && !metadata.resourceVersion) {
    const { group, plural } = call.resource
    throw invalid({ group, kind: plural, name: subject.name }, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ])
  }
}

/** The object's key in etcd, which the real server's sentence lets through. */
function registryKey({ resource }: Call, { metadata }: KubeObject): string {
  const kind = resource.custom ? `${resource.group}/${resource.plural}` : resource.plural
  return ['/registry', kind, metadata.namespace, metadata.name]
    .filter((part) => part !== undefined)
    .join('/')
}

function refuseInvalid(
  resource: Resource,
  object: KubeObject,
  causes: readonly StatusCause[],
): void {
  if (causes.length === 0) return
  const name = object.metadata.name ?? ''
  throw invalid({ group: resource.group, kind: resource.kind, name }, causes)
}

function sameDesired(left: KubeObject, right: KubeObject): boolean {
  const { metadata: _1, status: _2, ...one } = left
  const { metadata: _3, status: _4, ...other } = right
  return sameJson(one, other)
}

function isUnchanged(fresh: KubeObject, live: KubeObject): boolean {
  if (live.metadata.resourceVersion === undefined)
    throw internalError('a live object has no resourceVersion')
  return sameJson(fresh, live)
}
