import { asText, isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { records } from '../rules/edit.ts'
import { invalidValue, notSupported, required } from './causes.ts'
import { configMapKey, dnsSubdomain, envVarName } from './names.ts'

/** `env` and `envFrom` of one container. */
export function validateEnvironment(container: JsonObject, field: string): readonly StatusCause[] {
  return [
    ...records(container, 'env').flatMap((entry, index) =>
      validateEntry(entry, `${field}.env[${index}]`),
    ),
    ...records(container, 'envFrom').flatMap((source, index) =>
      validateSource(source, `${field}.envFrom`, index),
    ),
  ]
}

function validateEntry(entry: JsonObject, field: string): readonly StatusCause[] {
  const name = asText(entry['name'])
  const causes: StatusCause[] = []
  if (name === '') causes.push(required(`${field}.name`))
  else causes.push(...envVarName(name).map((one) => invalidValue(`${field}.name`, name, one)))
  if (isRecord(entry['valueFrom']))
    causes.push(...validateValueFrom(entry, entry['valueFrom'], field))
  return causes
}

const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef']

function validateValueFrom(
  entry: JsonObject,
  from: JsonObject,
  owner: string,
): readonly StatusCause[] {
  const field = `${owner}.valueFrom`
  const used = SOURCES.filter((key) => from[key] !== undefined)
  const causes: StatusCause[] = []
  if (used.length === 0) {
    causes.push(
      invalidValue(
        field,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    )
  } else if (typeof entry['value'] === 'string' && entry['value'] !== '') {
    causes.push(invalidValue(field, '', 'may not be specified when `value` is not empty'))
  }
  if (used.length > 1) {
    causes.push(invalidValue(field, '', 'may not have more than one field specified at a time'))
  }
  if (isRecord(from['fieldRef'])) causes.push(...fieldRef(from['fieldRef'], `${field}.fieldRef`))
  for (const key of ['configMapKeyRef', 'secretKeyRef']) {
    const reference = from[key]
    if (isRecord(reference)) causes.push(...keyRef(reference, `${field}.${key}`))
  }
  return causes
}

const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

function fieldRef(reference: JsonObject, field: string): readonly StatusCause[] {
  const path = asText(reference['fieldPath'])
  if (path === '') return [required(`${field}.fieldPath`)]
  if (/^metadata\.(labels|annotations)\['.+'\]$/.test(path) || FIELD_PATHS.includes(path)) return []
  if (/^[a-zA-Z.]+$/.test(path) && !KNOWN_TO_PODS.has(path)) {
    return [
      invalidValue(
        `${field}.fieldPath`,
        path,
        'error converting fieldPath: field label not supported: ' + path,
      ),
    ]
  }
  return [notSupported(`${field}.fieldPath`, path, FIELD_PATHS)]
}

/** Field labels a pod has, but which cannot be an environment variable. */
const KNOWN_TO_PODS: ReadonlySet<string> = new Set([
  'metadata.labels',
  'metadata.annotations',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
])

function keyRef(reference: JsonObject, field: string): readonly StatusCause[] {
  const name = asText(reference['name'])
  const key = asText(reference['key'])
  return [
    ...dnsSubdomain(name).map((one) => invalidValue(`${field}.name`, name, one)),
    ...(key === ''
      ? [required(`${field}.key`)]
      : configMapKey(key).map((one) => invalidValue(`${field}.key`, key, one))),
  ]
}

function validateSource(source: JsonObject, field: string, index: number): readonly StatusCause[] {
  const kinds = ['configMapRef', 'secretRef'].filter((key) => source[key] !== undefined)
  if (kinds.length === 0) {
    return [invalidValue(field, '', 'must specify one of: `configMapRef` or `secretRef`')]
  }
  if (kinds.length > 1) {
    return [invalidValue(field, '', 'may not have more than one field specified at a time')]
  }
  const kind = kinds[0] ?? ''
  const reference = source[kind]
  const named =
    isRecord(reference) && typeof reference['name'] === 'string' && reference['name'] !== ''
  return named ? [] : [required(`${field}[${index}].${kind}.name`)]
}
