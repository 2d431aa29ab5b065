import { badRequest, invalid, unsupportedMediaType } from '../errors.ts'
import type { StatusError } from '../errors.ts'
import { at, isRecord, textAt } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { invalidValue } from '../resources/validation/causes.ts'
import { decode, DecodeProblem } from '../schema/decode.ts'
import { isProtobuf } from '../schema/protobuf.ts'
import {
  NO_DUPLICATES,
  notAnObject,
  readBody,
  summary,
  UnreadableBody,
  withVersionAndKind,
} from './body.ts'
import type { Duplicates } from './body.ts'
import type { Call } from './call.ts'
import { mediaType } from './media-type.ts'
import { shown } from './shown.ts'

const OBJECT_TYPES = ['application/json', 'application/yaml']

/**
 * The object in the body of a create or update.
 *
 * @throws {StatusError} 400 for a body that is no object of this kind, 415 for one that is a patch.
 */
export async function readObject(call: Call): Promise<KubeObject> {
  const { request, resource } = call
  const type = mediaType(request)
  if (!OBJECT_TYPES.includes(type) && !isProtobuf(type)) throw unsupportedMediaType()
  const body = await readBody(request).catch((error: unknown) => {
    if (!(error instanceof UnreadableBody)) throw error
    throw unrecognized(resource, `${withVersionAndKind(error)} (${error.summary})`)
  })
  // Go reads null as an object without anything in it
  const value = body.value === null ? {} : body.value
  if (value === undefined) {
    const nothing = new UnreadableBody('unexpected end of JSON input', '')
    throw unrecognized(resource, `${withVersionAndKind(nothing)} (<empty>)`)
  }
  if (!isRecord(value))
    throw unrecognized(resource, `${notAnObject(value)} (${summary(JSON.stringify(value))})`)
  if (resource.custom) checkCustomKind(value, resource)
  try {
    return decodeObject(value, resource, call, body.duplicates)
  } catch (error) {
    if (!(error instanceof DecodeProblem)) throw error
    throw badRequest(`${cannotHandle(value, resource)}: ${error.message}`)
  }
}

/** Go has no type for a custom resource, so it must say itself what it is. */
function checkCustomKind(raw: JsonObject, resource: Resource): void {
  const { kind, apiVersion } = raw
  const text = JSON.stringify(raw)
  if (!kind) {
    throw unrecognized(resource, `Object 'Kind' is missing in '${text}' (${summary(text)})`)
  }
  const expected = groupVersion(resource)
  if (apiVersion !== undefined && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${shown(apiVersion)}) does not match the expected API version (${expected})`,
    )
  }
  if (kind === resource.kind) return
  const name = textAt(raw, 'metadata', 'name') ?? ''
  throw invalid({ group: resource.group, kind: shown(kind), name }, [
    invalidValue('kind', kind, `must be ${resource.kind}`),
  ])
}

function unrecognized({ kind }: Resource, problem: string): StatusError {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${problem}`)
}

/**
 * The object a writer means: canonical, with unknown fields refused, warned of or dropped, as it asked.
 *
 * @throws {DecodeProblem} if it is of another kind, a value has the wrong type, or validation is Strict: the bare
 *   problem, which each caller puts its own sentence around.
 */
export function decodeObject(
  raw: JsonObject,
  resource: Resource,
  call: Pick<Call, 'fieldValidation' | 'warnings'>,
  duplicates: Duplicates = NO_DUPLICATES,
): KubeObject {
  const apiVersion = groupVersion(resource)
  checkKind(raw, resource, apiVersion)
  const named = { ...raw, apiVersion, kind: resource.kind }
  const { value, unknown } = decode(named, resource.shape())
  report(unknown, duplicates, call)
  const { apiVersion: _1, kind: _2, metadata, ...rest } = value
  return { kind: resource.kind, apiVersion, metadata: metadataOf(metadata, raw), ...rest }
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
  const { kind, given, version } = named(raw, resource)
  if (kind !== resource.kind) {
    const internal = INTERNAL_GROUPS[resource.group] ?? resource.group
    throw new DecodeProblem(
      `converting (${version}.${kind}) to (${internal}.${resource.kind}): unknown conversion`,
    )
  }
  if (given === apiVersion) return
  throw new DecodeProblem(
    `no kind "${kind}" is registered for version "${given}" in scheme "pkg/runtime/scheme.go:111"`,
  )
}

/** What the object says it is; what it leaves out is what the path says. */
function named(raw: JsonObject, resource: Resource) {
  const kind = shown(raw['kind'] ?? resource.kind)
  const given = shown(raw['apiVersion'] ?? groupVersion(resource))
  return { kind, given, version: given.slice(given.indexOf('/') + 1) }
}

function report(
  unknown: readonly string[],
  duplicates: Duplicates,
  { fieldValidation, warnings }: Pick<Call, 'fieldValidation' | 'warnings'>,
): void {
  const sentences = unknown.map((path) => `unknown field "${path}"`)
  if (fieldValidation === 'Warn') warnings.push(...duplicates.warnings, ...sentences)
  if (fieldValidation !== 'Strict') return
  const refusals = [duplicates.refusal, ...sentences].filter((one) => one !== '')
  if (refusals.length > 0) throw new DecodeProblem(`strict decoding error: ${refusals.join(', ')}`)
}

function cannotHandle(raw: JsonObject, resource: Resource): string {
  const { kind, version } = named(raw, resource)
  return `${kind} in version "${version}" cannot be handled as a ${resource.kind}`
}
