import { badRequest, conflict, invalid, modified, StatusError } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import { invalidValue } from '../resources/validation/causes.ts'
import type { Call } from './call.ts'

/** Kinds whose PUT must name the resourceVersion it replaces. */
const LOCKED = new Set(['leases', 'customresourcedefinitions', 'poddisruptionbudgets'])

/** An update says which object it means. */
export function checkName({ name = '' }: Call, { metadata }: KubeObject): void {
  if (metadata.name === undefined || metadata.name === '') {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    )
  }
  if (metadata.name !== name) throw otherName(metadata.name, name)
}

/** Name and namespace in the object are those of the URL. */
export function checkNamespace(call: Call, { metadata }: KubeObject): void {
  if (call.resource.namespaced && metadata.namespace && metadata.namespace !== call.namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request`,
    )
  }
  if (call.name !== undefined && metadata.name && metadata.name !== call.name) {
    throw otherName(metadata.name, call.name)
  }
}

function otherName(sent: string, inPath: string): StatusError {
  return badRequest(
    `the name of the object (${sent}) does not match the name on the URL (${inPath})`,
  )
}

/** Optimistic locking, and the identity of the object the writer has in mind. */
export function checkLock(call: Call, live: KubeObject, { metadata }: KubeObject): void {
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
