import { asText, at, isRecord } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { jsonProblem } from '../../schema/json-problem.ts'
import { sameJson } from '../../schema/same.ts'
import { forbiddenField, IMMUTABLE, invalidValue, required, tooLong } from './causes.ts'
import { configMapKey } from './names.ts'

const MAX_BYTES = 1024 * 1024

export function validateConfigMap(object: KubeObject): readonly StatusCause[] {
  const data = entries(object, 'data')
  const binary = entries(object, 'binaryData')
  const keys = new Set(data.map(([key]) => key))
  const bytes = [...data, ...binary].reduce(
    (sum, [, value]) => sum + Buffer.byteLength(asText(value)),
    0,
  )
  return [
    ...data.flatMap(([key]) => keyProblems('data', key)),
    ...binary.flatMap(([key]) => keyProblems('binaryData', key)),
    ...binary
      .filter(([key]) => keys.has(key))
      .map(([key]) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...(bytes > MAX_BYTES ? [tooLong('[]', MAX_BYTES)] : []),
  ]
}

function entries(object: KubeObject, key: string): [string, unknown][] {
  const found = object[key]
  return isRecord(found) ? Object.entries(found) : []
}

function keyProblems(field: string, key: string): readonly StatusCause[] {
  return configMapKey(key).map((one) => invalidValue(`${field}[${key}]`, key, one))
}

export function validateConfigMapUpdate(
  object: KubeObject,
  live: KubeObject,
): readonly StatusCause[] {
  return immutable(object, live)
}

function immutable(object: KubeObject, live: KubeObject): readonly StatusCause[] {
  if (live['immutable'] !== true) return []
  const causes: StatusCause[] = []
  if (object['immutable'] !== true) {
    causes.push(forbiddenField('immutable', 'field is immutable when `immutable` is set'))
  }
  for (const key of ['data', 'binaryData']) {
    if (!sameJson(object[key], live[key])) {
      causes.push(forbiddenField(key, 'field is immutable when `immutable` is set'))
    }
  }
  return causes
}

const NEEDED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

export function validateSecret(object: KubeObject): readonly StatusCause[] {
  const data = entries(object, 'data')
  const bytes = data.reduce(
    (sum, [, value]) => sum + Buffer.from(asText(value), 'base64').length,
    0,
  )
  const needed = NEEDED_KEYS[asText(object['type'])] ?? []
  return [
    ...data.flatMap(([key]) => keyProblems('data', key)),
    ...(bytes > MAX_BYTES ? [tooLong('data', MAX_BYTES)] : []),
    ...needed
      .filter((key) => !data.some(([name]) => name === key))
      .map((key) => required(`data[${key}]`)),
    ...credentials(object, data),
    ...registryAccess(object, data),
    ...serviceAccountToken(object),
  ]
}

type Entries = readonly (readonly [key: string, value: unknown])[]

/** Basic authentication takes a name, a password, or both. */
function credentials(object: KubeObject, data: Entries): readonly StatusCause[] {
  if (object['type'] !== 'kubernetes.io/basic-auth') return []
  const keys = ['username', 'password']
  if (data.some(([key]) => keys.includes(key))) return []
  return keys.map((key) => required(`data[${key}]`))
}

const REGISTRY_ACCESS: Readonly<Record<string, string>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
}

function registryAccess(object: KubeObject, data: Entries): readonly StatusCause[] {
  const key = REGISTRY_ACCESS[asText(object['type'])]
  const [, content] = data.find(([name]) => name === key) ?? []
  if (key === undefined || content === undefined) return []
  const problem = jsonProblem(Buffer.from(asText(content), 'base64').toString('utf8'))
  if (problem === '') return []
  return [invalidValue(`data[${key}]`, '<secret contents redacted>', problem)]
}

function serviceAccountToken(object: KubeObject): readonly StatusCause[] {
  if (object['type'] !== 'kubernetes.io/service-account-token') return []
  const key = 'kubernetes.io/service-account.name'
  return at(object, 'metadata', 'annotations', key)
    ? []
    : [required(`metadata.annotations[${key}]`)]
}

export function validateSecretUpdate(object: KubeObject, live: KubeObject): readonly StatusCause[] {
  const type = sameJson(object['type'], live['type'])
    ? []
    : [invalidValue('type', object['type'], IMMUTABLE)]
  return [...type, ...immutable(object, live)]
}
