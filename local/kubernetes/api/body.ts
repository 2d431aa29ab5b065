import { parse as parseYaml } from 'yaml'
import { badRequest, StatusError, unsupportedMediaType } from '../errors.ts'
import { at, isRecord } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { decode, DecodeProblem } from '../schema/decode.ts'
import { duplicateKeys } from '../schema/duplicate-keys.ts'
import { jsonProblem } from '../schema/json-problem.ts'
import { decodeProtobuf, isProtobuf } from '../schema/protobuf.ts'
import { mediaType } from './media-type.ts'
import type { Call } from './call.ts'
import { shown } from './shown.ts'

const MAX_BODY_BYTES = 3 * 1024 * 1024

/** The body of a request: its value, and the keys that are written twice in one object. */
export interface Body {
  readonly value: unknown
  readonly duplicates: readonly string[]
}

/**
 * Reads JSON, YAML or Kubernetes' protobuf (which kubectl sends for the kinds it knows); an empty body is undefined.
 *
 * @throws {StatusError} 400, 413 or 415, with Go's own words for text that is no JSON.
 */
export async function readBody(request: Request): Promise<Body> {
  const bytes = Buffer.from(await request.arrayBuffer())
  if (bytes.length > MAX_BODY_BYTES) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: limit is ${MAX_BODY_BYTES}`,
    )
  }
  const type = mediaType(request)
  if (isProtobuf(type)) return { value: decodeProtobuf(bytes), duplicates: [] }
  const text = bytes.toString('utf8')
  if (text.trim() === '') return { value: undefined, duplicates: [] }
  if (type.includes('yaml')) return { value: yaml(text), duplicates: [] }
  if (!type.endsWith('json')) throw unsupportedMediaType()
  return { value: json(text), duplicates: duplicateKeys(text) }
}

export async function readJson(request: Request): Promise<unknown> {
  return (await readBody(request)).value
}

/** A structure from the body. */
export async function readRecord(request: Request): Promise<JsonObject> {
  const value = await readJson(request)
  if (!isRecord(value)) throw badRequest('the body of the request must be a JSON object')
  return value
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest(`couldn't get version/kind; json parse error: ${jsonProblem(text)}`)
  }
}

function yaml(text: string): unknown {
  if (isPlainJson(text)) return JSON.parse(text)
  try {
    return parseYaml(text, { maxAliasCount: 0 })
  } catch (cause) {
    const [first = ''] = (cause as Error).message.split('\n')
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${first}`)
  }
}

/** Whether it may be read as JSON, which is what most clients send as YAML: it means the same unless a key is written twice. */
function isPlainJson(text: string): boolean {
  if (!text.startsWith('{')) return false
  try {
    JSON.parse(text)
  } catch {
    return false
  }
  return duplicateKeys(text).length === 0
}

/**
 * The object in the body of a create or update.
 *
 * @throws {StatusError} 400 for a body that is no object of this kind.
 */
export async function readObject(call: Call): Promise<KubeObject> {
  const { kind } = call.resource
  const body = await readBody(call.request).catch((error: unknown) => {
    if (!(error instanceof StatusError) || error.code !== 400) throw error
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${error.message}`,
    )
  })
  if (isRecord(body.value)) return decodeObject(body.value, call.resource, call, body.duplicates)
  const problem = body.value === undefined ? 'unexpected end of JSON input (<empty>)' : UNSUITABLE
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem}`,
  )
}

/** Go names the anonymous structure it wanted to read. */
const UNSUITABLE = 'json: the value is not an object with apiVersion and kind'

/**
 * The object a writer means: canonical, with unknown fields refused, warned of or dropped, as it asked.
 *
 * @throws {StatusError} 400 if it is of another kind, a value has the wrong type, or validation is Strict.
 */
export function decodeObject(
  raw: JsonObject,
  resource: Resource,
  call: Pick<Call, 'fieldValidation' | 'warnings'>,
  duplicates: readonly string[] = [],
): KubeObject {
  const apiVersion = groupVersion(resource)
  checkKind(raw, resource, apiVersion)
  const named = { ...raw, apiVersion, kind: resource.kind }
  try {
    const { value, unknown } = decode(named, resource.shape())
    report(unknown, duplicates, resource, call)
    const { apiVersion: _1, kind: _2, metadata, ...rest } = value
    return { kind: resource.kind, apiVersion, metadata: metadataOf(metadata, raw), ...rest }
  } catch (error) {
    if (!(error instanceof DecodeProblem)) throw error
    throw badRequest(`${cannotHandle(resource)}: ${error.message}`)
  }
}

/** An empty list of managedFields is a command (forget all managers), which decoding alone would drop. */
function metadataOf(metadata: unknown, raw: JsonObject): KubeObject['metadata'] {
  const decoded = isRecord(metadata) ? (metadata as KubeObject['metadata']) : {}
  const sent = at(raw, 'metadata', 'managedFields')
  return Array.isArray(sent) && sent.length === 0 ? { ...decoded, managedFields: [] } : decoded
}

const INTERNAL_GROUPS: Readonly<Record<string, string>> = {
  '': 'core',
  'rbac.authorization.k8s.io': 'rbac',
  'networking.k8s.io': 'networking',
  'coordination.k8s.io': 'coordination',
}

function checkKind(raw: JsonObject, resource: Resource, apiVersion: string): void {
  const kind = shown(raw['kind'] ?? resource.kind)
  const given = shown(raw['apiVersion'] ?? apiVersion)
  const version = given.slice(given.indexOf('/') + 1)
  const subject = `${kind} in version "${version}" cannot be handled as a ${resource.kind}`
  const internal = INTERNAL_GROUPS[resource.group] ?? resource.group
  if (kind !== resource.kind) {
    throw badRequest(
      `${subject}: converting (${version}.${kind}) to (${internal}.${resource.kind}): unknown conversion`,
    )
  }
  if (given === apiVersion) return
  throw badRequest(
    `${subject}: no kind "${kind}" is registered for version "${given}" in scheme "pkg/runtime/scheme.go:111"`,
  )
}

function report(
  unknown: readonly string[],
  duplicates: readonly string[],
  resource: Resource,
  call: Pick<Call, 'fieldValidation' | 'warnings'>,
): void {
  const sentences = [
    ...duplicates.map((path) => `duplicate field "${path}"`),
    ...unknown.map((path) => `unknown field "${path}"`),
  ]
  if (sentences.length === 0 || call.fieldValidation === 'Ignore') return
  if (call.fieldValidation === 'Warn') call.warnings.push(...sentences)
  else throw badRequest(`${cannotHandle(resource)}: strict decoding error: ${sentences.join(', ')}`)
}

function cannotHandle({ kind, version }: Resource): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}`
}
