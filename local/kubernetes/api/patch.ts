import { badRequest, StatusError, unsupportedCustomPatch, unsupportedPatch } from '../errors.ts'
import { applyConfiguration } from '../fields/apply.ts'
import { goText } from '../fields/go-text.ts'
import { isRecord } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { undecodable, wrongDocument } from '../patch/patch-errors.ts'
import { strategicMerge } from '../patch/strategic.ts'
import { groupVersion, hasSubresource } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { DecodeProblem } from '../schema/decode.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import { readBody, UnreadableBody } from './body.ts'
import type { Body, Duplicates } from './body.ts'
import { decodeObject } from './read-object.ts'
import { mediaType } from './media-type.ts'
import { subjectOf } from './call.ts'
import type { Call } from './call.ts'
import { checkName } from './preconditions.ts'
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
  // First of all the object must be there; it may be another one when the patch has come
  liveObject(api, call)
  const patch = await readPatch(call.request)
  const live = liveObject(api, call)
  const patched = patchedObject(call, live, patch)
  checkName(call, patched)
  return answer(api, call, updateObject(api, call, live, patched))
}

/** A patch as it was sent, with the type it is of. */
export interface Patch extends Body {
  readonly type: string
}

/** @throws {StatusError} 400 for text that is no JSON, in the words of the type of patch. */
export async function readPatch(request: Request): Promise<Patch> {
  const type = mediaType(request)
  const prefix = type === STRATEGIC ? '' : 'error decoding patch: '
  const body = await readBody(request).catch((error: unknown) => {
    throw error instanceof UnreadableBody ? badRequest(`${prefix}${error.message}`) : error
  })
  if (body.value === undefined) throw badRequest(`${prefix}unexpected end of JSON input`)
  if (type !== JSON_PATCH) return { ...body, type }
  const sentences = [...body.duplicates.warnings, ...unknownInOperations(body.value)]
  const warnings = sentences.map((one) => `json patch ${one}`)
  return { ...body, type, duplicates: { warnings, refusal: warnings.join(', ') } }
}

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value'])

function unknownInOperations(patch: unknown): readonly string[] {
  if (!Array.isArray(patch)) return []
  return patch.flatMap((operation: unknown, index) =>
    Object.keys(isRecord(operation) ? operation : {})
      .filter((key) => !OPERATION_FIELDS.has(key))
      .map((key) => `unknown field "[${index}].${key}"`),
  )
}

/** The object a patch makes of another, decoded. */
export function patchedObject(call: Call, live: KubeObject, patch: Patch): KubeObject {
  const shown = call.resource.rules.fromStored?.(live) ?? live
  const raw = merged(call, shown, patch)
  try {
    return decodeObject(raw, call.resource, call, patch.duplicates)
  } catch (error) {
    if (!(error instanceof DecodeProblem)) throw error
    // The real server names no kind here, and shows the whole object, or the patch as Go holds it
    const text = patch.type === STRATEGIC ? goText(patch.value) : JSON.stringify(raw)
    throw undecodable(text, error.message)
  }
}

function merged(call: Call, live: KubeObject, { type, value }: Patch): JsonObject {
  switch (type) {
    case JSON_PATCH:
      return applyJsonPatch(live, value)
    case MERGE:
      return applyMergePatch(live, value)
    case STRATEGIC:
      if (call.resource.custom) throw unsupportedCustomPatch()
      return strategicMerge(live, value, call.resource.shape())
    default:
      throw unsupportedPatch()
  }
}

async function applyObject(api: Api, call: Call): Promise<Response> {
  const { resource, query } = call
  const { applied, duplicates } = await appliedObject(call)
  const live = call.subresource
    ? liveObject(api, call)
    : api.store.get(placeOf(resource, call.namespace, call.name ?? ''))
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
  reportDuplicates(call, duplicates)
  const { managedFields } = merged.metadata
  const object = converted(merged, applied, resource)
  if (managedFields) object.metadata.managedFields = managedFields
  if (live) {
    return answer(api, call, updateObject(api, call, live, object, { owned: true }))
  }
  delete object.metadata.resourceVersion
  return answer(api, call, createObject(api, call, object, { owned: true }), 201)
}

/** What the schema lets pass and the type does not: the real server calls that an error of its own. */
function converted(merged: KubeObject, applied: KubeObject, resource: Resource): KubeObject {
  try {
    return decodeObject(merged, resource, { fieldValidation: 'Ignore', warnings: [] })
  } catch (error) {
    if (!(error instanceof DecodeProblem)) throw error
    const { message } = error
    const detail = message.includes('base64') ? `error decoding from json: ${message}` : message
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
async function appliedObject(
  call: Call,
): Promise<{ readonly applied: KubeObject; readonly duplicates: Duplicates }> {
  const { resource } = call
  const { value: raw, duplicates } = await readConfiguration(call.request)
  const kind = shownText(raw['kind'])
  const apiVersion = shownText(raw['apiVersion'])
  if (kind !== resource.kind || apiVersion !== groupVersion(resource)) {
    const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    throw badRequest(`invalid object type: ${version}, Kind=${kind}`)
  }
  const metadata = isRecord(raw['metadata']) ? raw['metadata'] : {}
  const applied = { ...(raw as KubeObject), metadata }
  checkName(call, applied)
  return { applied, duplicates }
}

async function readConfiguration(request: Request) {
  const { value = {}, duplicates } = await readBody(request).catch((error: unknown) => {
    throw error instanceof UnreadableBody
      ? badRequest(`error decoding YAML: ${error.message}`)
      : error
  })
  if (value === null) return { value: {}, duplicates }
  if (isRecord(value)) return { value, duplicates }
  const decoding = 'error decoding YAML: error unmarshaling JSON: while decoding JSON: '
  throw wrongDocument(value, 'value of type map[string]interface {}', decoding)
}

function reportDuplicates({ fieldValidation, warnings }: Call, duplicates: Duplicates): void {
  if (fieldValidation === 'Warn') warnings.push(...duplicates.warnings)
  if (fieldValidation !== 'Strict' || duplicates.refusal === '') return
  throw badRequest(
    `error strict decoding YAML: error converting YAML to JSON: ${duplicates.refusal}`,
  )
}

function shownText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function resetFields(call: Call): readonly string[] {
  if (call.subresource?.name === 'status') return ['spec', 'data', 'metadata']
  return hasSubresource(call.resource, 'status') ? ['status'] : []
}
