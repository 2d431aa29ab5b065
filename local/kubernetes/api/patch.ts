import { badRequest, invalid, StatusError, unsupportedMediaType } from '../errors.ts'
import { applyConfiguration } from '../fields/apply.ts'
import { isRecord } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { jsonPatch, mergePatch } from '../patch.ts'
import { groupVersion, hasSubresource } from '../resources/resource.ts'
import { decode, DecodeProblem } from '../schema/decode.ts'
import { strategicMerge } from '../strategic.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import { decodeObject, mediaType, readJson } from './body.ts'
import { subjectOf } from './call.ts'
import type { Call } from './call.ts'
import { liveObject } from './read.ts'
import { answer } from './respond.ts'
import { createObject, placeOf, updateObject } from './write.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

/** PATCH in its four kinds; only server-side apply makes an object that is not there. */
export async function patchObject(api: Api, call: Call): Promise<Response> {
  const type = mediaType(call.request)
  if (type === APPLY) return applyObject(api, call)
  const patch = await readJson(call.request)
  const live = liveObject(api, call)
  const patched = patchedObject(call, live, type, patch)
  return answer(api, call, await updateObject(api, call, live, patched))
}

/** The object a patch makes of another, decoded. */
export function patchedObject(
  call: Call,
  live: KubeObject,
  type: string,
  patch: unknown,
): KubeObject {
  const shown = call.resource.rules.fromStored?.(live) ?? live
  const raw = merged(call, shown, type, patch)
  return decodeObject(raw, call.resource, call)
}

function merged(call: Call, live: KubeObject, type: string, patch: unknown): JsonObject {
  switch (type) {
    case JSON_PATCH: {
      const result = jsonPatch(live, patch)
      if (isRecord(result)) return result
      throw badRequest('the patch does not leave an object')
    }
    case MERGE:
      if (!isRecord(patch)) throw badRequest('error decoding patch: invalid JSON document')
      return mergePatch(live, patch) as JsonObject
    case STRATEGIC:
      if (call.resource.custom) throw unsupportedMediaType([JSON_PATCH, MERGE, APPLY])
      if (!isRecord(patch)) throw badRequest('error decoding patch: invalid JSON document')
      return strategicMerge(live, patch, call.resource.shape())
    default:
      throw unsupportedMediaType([JSON_PATCH, MERGE, STRATEGIC, APPLY])
  }
}

async function applyObject(api: Api, call: Call): Promise<Response> {
  const { resource, query } = call
  const applied = await appliedObject(call)
  const live = api.store.get(placeOf(resource, call.namespace, call.name ?? ''))
  if (applied.metadata.resourceVersion && !live) {
    throw new StatusError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${resource.plural} "${call.name}": StorageError: invalid object, Code: 4`,
    )
  }
  const merged = applyConfiguration({
    live: live && (resource.rules.fromStored?.(live) ?? live),
    applied,
    shape: resource.shape(),
    manager: call.manager,
    force: ['true', '1'].includes(query.get('force') ?? ''),
    apiVersion: groupVersion(resource),
    subresource: call.subresource?.name ?? '',
    now: timestamp(api),
    resetFields: resetFields(call),
    subject: { ...subjectOf(call), name: call.name ?? '' },
  })
  const { managedFields } = merged.metadata
  const object = decodeObject(merged, resource, { fieldValidation: 'Ignore', warnings: [] })
  if (managedFields) object.metadata.managedFields = managedFields
  if (live) {
    return answer(api, call, await updateObject(api, call, live, object, { owned: true }))
  }
  delete object.metadata.resourceVersion
  return answer(api, call, await createObject(api, call, object, { owned: true }), 201)
}

/** The configuration as it was sent: nothing is defaulted, because what is not in it is not owned. */
async function appliedObject(call: Call): Promise<KubeObject> {
  const { resource, query, name, namespace } = call
  if (!query.get('fieldManager')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
        field: 'fieldManager',
      },
    ])
  }
  const raw = await readJson(call.request)
  if (!isRecord(raw)) throw badRequest('error decoding YAML: the configuration must be an object')
  const metadata = isRecord(raw['metadata']) ? raw['metadata'] : {}
  if (Array.isArray(metadata['managedFields']) && metadata['managedFields'].length > 0) {
    throw badRequest('metadata.managedFields must be nil')
  }
  if (raw['kind'] !== resource.kind || raw['apiVersion'] !== groupVersion(resource)) {
    throw badRequest(
      `apply configuration is for ${String(raw['apiVersion'])}, Kind=${String(raw['kind'])}, expected ${groupVersion(resource)}, Kind=${resource.kind}`,
    )
  }
  checkFields(raw, call)
  return {
    ...(raw as KubeObject),
    metadata: { ...metadata, name: name ?? '', ...(namespace === undefined ? {} : { namespace }) },
  }
}

/** Server-side apply never drops a field it does not know. */
function checkFields(raw: JsonObject, { resource, name, namespace }: Call): void {
  const subject = `${namespace === undefined ? '' : `${namespace}/`}${name}; ${groupVersion(resource)}, Kind=${resource.kind}`
  try {
    const { unknown } = decode(raw, resource.shape())
    const [first] = unknown
    if (first === undefined) return
    throw new StatusError(
      500,
      '',
      `failed to create typed patch object (${subject}): .${first}: field not declared in schema`,
    )
  } catch (error) {
    if (!(error instanceof DecodeProblem)) throw error
    throw new StatusError(
      500,
      '',
      `failed to create typed patch object (${subject}): ${error.message}`,
    )
  }
}

function resetFields(call: Call): readonly string[] {
  if (call.subresource?.name === 'status') return ['spec', 'data', 'metadata']
  return hasSubresource(call.resource, 'status') ? ['status'] : []
}
