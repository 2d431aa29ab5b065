import { parse as parseYaml } from 'yaml'
import { badRequest, unsupportedMediaType } from '../errors.ts'
import { isRecord } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { decode, DecodeProblem } from '../schema/decode.ts'
import type { Call } from './call.ts'
import { shown } from './shown.ts'

const MAX_BODY_BYTES = 3 * 1024 * 1024

/** The body of a request as JSON; an empty one is undefined. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text()
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) {
    throw badRequest(`Request entity too large: limit is ${MAX_BODY_BYTES}`)
  }
  if (text.trim() === '') return undefined
  const type = mediaType(request)
  if (type.includes('protobuf') || type.includes('cbor')) {
    // kubectl's `create` verbs send protobuf and do not fall back; `kubectl apply` sends JSON
    throw unsupportedMediaType(['application/json', 'application/yaml'])
  }
  return type.includes('yaml') ? yaml(text) : json(text)
}

/** A structure from the body. */
export async function readRecord(request: Request): Promise<JsonObject> {
  const value = await readJson(request)
  if (!isRecord(value)) throw badRequest('the body of the request must be a JSON object')
  return value
}

export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? 'application/json').split(';')[0]?.trim() ?? ''
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(cause as Error).message}`)
  }
}

function yaml(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 0 })
  } catch (cause) {
    throw badRequest(`error decoding YAML: ${(cause as Error).message.split('\n')[0]}`)
  }
}

/**
 * The object a writer means: canonical, with unknown fields refused, warned of or dropped, as it asked.
 *
 * @throws {StatusError} 400 if it is of another kind, a value has the wrong type, or validation is Strict.
 */
export function decodeObject(
  raw: JsonObject,
  resource: Resource,
  call: Pick<Call, 'fieldValidation' | 'warnings'>,
): KubeObject {
  const apiVersion = groupVersion(resource)
  checkKind(raw, resource, apiVersion)
  const named = { ...raw, apiVersion, kind: resource.kind }
  try {
    const { value, unknown } = decode(named, resource.shape())
    report(unknown, resource, call)
    return { metadata: {}, ...value, apiVersion, kind: resource.kind }
  } catch (error) {
    if (!(error instanceof DecodeProblem)) throw error
    throw badRequest(`${cannotHandle(resource)}: ${error.message}`)
  }
}

function checkKind(raw: JsonObject, resource: Resource, apiVersion: string): void {
  const { kind } = raw
  if (raw['apiVersion'] !== undefined && raw['apiVersion'] !== apiVersion) {
    throw badRequest(
      `the API version in the data (${shown(raw['apiVersion'])}) does not match the expected API version (${apiVersion})`,
    )
  }
  if (kind !== undefined && kind !== resource.kind) {
    throw badRequest(
      `${shown(kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}: converting (${shown(kind)}) to (${resource.kind}): unknown conversion`,
    )
  }
}

function report(
  unknown: readonly string[],
  resource: Resource,
  call: Pick<Call, 'fieldValidation' | 'warnings'>,
): void {
  if (unknown.length === 0 || call.fieldValidation === 'Ignore') return
  const sentences = unknown.map((path) => `unknown field "${path}"`)
  if (call.fieldValidation === 'Warn') call.warnings.push(...sentences)
  else throw badRequest(`${cannotHandle(resource)}: strict decoding error: ${sentences.join(', ')}`)
}

function cannotHandle({ kind, version }: Resource): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}`
}
