import { badRequest, StatusError, unsupportedCustomPatch, unsupportedPatch } from '../errors.ts'
import { applyConfiguration } from '../fields/apply.ts'
import { isRecord } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { undecodable } from '../patch/patch-errors.ts'
import { strategicMerge } from '../patch/strategic.ts'
import { groupVersion, hasSubresource } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import { decodeObject, readJson } from './body.ts'
import { mediaType } from './media-type.ts'
import { subjectOf } from './call.ts'
import type { Call } from './call.ts'
import { liveObject } from './read.ts'
import { answer } from './respond.ts'
import { createObject, placeOf, updateObject } from './write.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'
const TYPES = [JSON_PATCH, MERGE, STRATEGIC]

/** PATCH in its four kinds; only server-side apply makes an object that is not there. */
export async function patchObject(api: Api, call: Call): Promise<Response> {
  const type = mediaType(call.request)
  if (type === APPLY) return applyObject(api, call)
  if (!TYPES.includes(type)) throw unsupportedPatch()
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
  try {
    return decodeObject(raw, call.resource, call)
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 400) throw error
    // The real server names no kind here, and shows the whole object
    const detail = error.message.replace(/^.*?cannot be handled as a \w+: (?=strict|json)/, '')
    throw undecodable(JSON.stringify(raw), detail)
  }
}

function merged(call: Call, live: KubeObject, type: string, patch: unknown): JsonObject {
  switch (type) {
    case JSON_PATCH:
      return applyJsonPatch(live, patch)
    case MERGE:
      return applyMergePatch(live, patch)
    case STRATEGIC:
      if (call.resource.custom) throw unsupportedCustomPatch()
      return strategicMerge(live, patch, call.resource.shape())
    default:
      throw unsupportedPatch()
  }
}

async function applyObject(api: Api, call: Call): Promise<Response> {
  const { resource, query } = call
  const applied = await appliedObject(call)
  const live = api.store.get(placeOf(resource, call.namespace, call.name ?? ''))
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
  const object = converted(merged, applied, resource)
  if (managedFields) object.metadata.managedFields = managedFields
  if (live) {
    return answer(api, call, await updateObject(api, call, live, object, { owned: true }))
  }
  delete object.metadata.resourceVersion
  return answer(api, call, await createObject(api, call, object, { owned: true }), 201)
}

/** What the schema lets pass and the type does not: the real server calls that an error of its own. */
function converted(merged: KubeObject, applied: KubeObject, resource: Resource): KubeObject {
  try {
    return decodeObject(merged, resource, { fieldValidation: 'Ignore', warnings: [] })
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 400) throw error
    const problem = error.message.replace(/^.*?cannot be handled as a \w+: /, '')
    const detail = problem.includes('base64') ? `error decoding from json: ${problem}` : problem
    const { namespace = '', name = '' } = applied.metadata
    const type = `${resource.group}/${resource.version}, Kind=${resource.kind}`
    throw new StatusError(
      500,
      '',
      `failed to convert new object (${namespace}/${name}; ${type}) to proper version: unable to convert unstructured object to ${type}: ${detail}`,
    )
  }
}

/** The configuration as it was sent: nothing is decoded or defaulted, because what is not in it is not owned. */
async function appliedObject({ request, resource, name = '' }: Call): Promise<KubeObject> {
  const raw = await readJson(request)
  if (!isRecord(raw)) throw badRequest('error decoding YAML: the configuration must be an object')
  const kind = shownText(raw['kind'])
  const apiVersion = shownText(raw['apiVersion'])
  if (kind !== resource.kind || apiVersion !== groupVersion(resource)) {
    const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    throw badRequest(`invalid object type: ${version}, Kind=${kind}`)
  }
  const metadata = isRecord(raw['metadata']) ? raw['metadata'] : {}
  if (!metadata['name']) {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    )
  }
  if (metadata['name'] !== name) {
    throw badRequest(
      `the name of the object (${shownText(metadata['name'])}) does not match the name on the URL (${name})`,
    )
  }
  return { ...(raw as KubeObject), metadata }
}

function shownText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function resetFields(call: Call): readonly string[] {
  if (call.subresource?.name === 'status') return ['spec', 'data', 'metadata']
  return hasSubresource(call.resource, 'status') ? ['status'] : []
}
