import { asText, isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { records } from '../rules/edit.ts'
import { forbiddenField, invalidValue, required } from './causes.ts'
import { duplicates } from './metadata.ts'
import { dnsLabel } from './names.ts'

/** Names and sources of a pod's volumes. */
export function validateVolumes(
  volumes: readonly JsonObject[],
  field: string,
): readonly StatusCause[] {
  return [
    ...volumes.flatMap((volume, index) => validateVolume(volume, `${field}[${index}]`)),
    ...duplicates(
      volumes.map((volume) => asText(volume['name'])),
      (index) => `${field}[${index}].name`,
    ),
  ]
}

function validateVolume(volume: JsonObject, field: string): readonly StatusCause[] {
  const name = asText(volume['name'])
  const sources = Object.keys(volume).filter((key) => key !== 'name')
  const causes = sources
    .slice(1)
    .map((key) => forbiddenField(`${field}.${key}`, 'may not specify more than 1 volume type'))
  if (name === '') causes.push(required(`${field}.name`))
  else causes.push(...dnsLabel(name).map((one) => invalidValue(`${field}.name`, name, one)))
  return [...causes, ...validateSource(volume, field)]
}

function validateSource(volume: JsonObject, field: string): readonly StatusCause[] {
  const { configMap, secret, projected, hostPath } = volume
  const causes: StatusCause[] = []
  if (isRecord(configMap)) {
    if (isBlank(configMap['name'])) causes.push(required(`${field}.configMap.name`))
    causes.push(...items(configMap, `${field}.configMap`))
  }
  if (isRecord(secret)) {
    if (isBlank(secret['secretName'])) causes.push(required(`${field}.secret.secretName`))
    causes.push(...items(secret, `${field}.secret`))
  }
  if (isRecord(hostPath) && isBlank(hostPath['path']))
    causes.push(required(`${field}.hostPath.path`))
  if (isRecord(projected)) causes.push(...validateProjected(projected, `${field}.projected`))
  return causes
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === ''
}

function items(source: JsonObject, field: string): readonly StatusCause[] {
  return records(source, 'items').flatMap((item, index) => {
    const path = `${field}.items[${index}]`
    return [
      ...(isBlank(item['key']) ? [required(`${path}.key`)] : []),
      ...(isBlank(item['path'])
        ? [required(`${path}.path`)]
        : localPath(asText(item['path']), `${path}.path`)),
    ]
  })
}

function localPath(path: string, field: string): readonly StatusCause[] {
  if (path.startsWith('/')) return [invalidValue(field, path, 'must be a relative path')]
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : []
}

function validateProjected(projected: JsonObject, field: string): readonly StatusCause[] {
  return records(projected, 'sources').flatMap((source, index) => {
    const path = `${field}.sources[${index}]`
    const kinds = Object.keys(source)
    const causes = kinds
      .slice(1)
      .map((kind) => forbiddenField(`${path}.${kind}`, 'may not specify more than 1 volume type'))
    const token = source['serviceAccountToken']
    if (isRecord(token)) causes.push(...validateToken(token, `${path}.serviceAccountToken`, field))
    for (const kind of ['configMap', 'secret']) {
      const found = source[kind]
      if (isRecord(found) && isBlank(found['name'])) causes.push(required(`${path}.${kind}.name`))
    }
    return causes
  })
}

const LONGEST_TOKEN_SECONDS = 2 ** 32

function validateToken(token: JsonObject, field: string, owner: string): readonly StatusCause[] {
  const seconds = token['expirationSeconds']
  const causes: StatusCause[] = []
  if (typeof seconds === 'number' && seconds < 600) {
    causes.push(
      invalidValue(
        `${field}.expirationSeconds`,
        seconds,
        'may not specify a duration less than 10 minutes',
      ),
    )
  }
  if (typeof seconds === 'number' && seconds > LONGEST_TOKEN_SECONDS) {
    causes.push(
      invalidValue(
        `${field}.expirationSeconds`,
        seconds,
        'may not specify a duration larger than 2^32 seconds',
      ),
    )
  }
  if (isBlank(token['path'])) causes.push(required(`${owner}.path`))
  return causes
}

/** Mounts of one container: known volumes, unique paths. */
export function validateMounts(
  container: JsonObject,
  field: string,
  volumes: ReadonlySet<string>,
): readonly StatusCause[] {
  const seen = new Set<string>()
  return records(container, 'volumeMounts').flatMap((mount, index) => {
    const path = `${field}.volumeMounts[${index}]`
    const name = asText(mount['name'])
    const mountPath = asText(mount['mountPath'])
    const causes: StatusCause[] = []
    if (name === '') causes.push(required(`${path}.name`))
    if (!volumes.has(name)) {
      causes.push({
        reason: 'FieldValueNotFound',
        field: `${path}.name`,
        message: `Not found: ${JSON.stringify(name)}`,
      })
    }
    if (mountPath === '') causes.push(required(`${path}.mountPath`))
    if (seen.has(mountPath))
      causes.push(invalidValue(`${path}.mountPath`, mountPath, 'must be unique'))
    seen.add(mountPath)
    return causes
  })
}
