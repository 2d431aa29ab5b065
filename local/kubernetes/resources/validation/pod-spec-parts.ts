import { asText, isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { invalidValue, notSupported, required } from './causes.ts'

/** A choice that must be made. */
export function oneOf(
  owner: JsonObject,
  key: string,
  supported: readonly string[],
  field: string,
): readonly StatusCause[] {
  const value = owner[key]
  if (value === undefined || value === '') return [required(`${field}.${key}`)]
  return supported.includes(asText(value))
    ? []
    : [notSupported(`${field}.${key}`, value, supported)]
}

const MAX_ID = 2_147_483_647

/** A numeric user or group id. */
export function userId(context: JsonObject, key: string, field: string): readonly StatusCause[] {
  const value = context[key]
  if (typeof value !== 'number' || (value >= 0 && value <= MAX_ID)) return []
  return [invalidValue(`${field}.${key}`, value, `must be between 0 and ${MAX_ID}, inclusive`)]
}

export function seccomp(context: JsonObject, field: string): readonly StatusCause[] {
  const profile = context['seccompProfile']
  if (!isRecord(profile)) return []
  const path = `${field}.seccompProfile`
  const type = profile['type']
  if (type === undefined || type === '')
    return [required(`${path}.type`, 'type is required when seccompProfile is set')]
  if (!['Localhost', 'RuntimeDefault', 'Unconfined'].includes(asText(type))) {
    return [notSupported(`${path}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])]
  }
  if (type === 'Localhost' && profile['localhostProfile'] === undefined) {
    return [required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')]
  }
  if (type !== 'Localhost' && profile['localhostProfile'] !== undefined) {
    return [
      invalidValue(
        `${path}.localhostProfile`,
        { Type: type, LocalhostProfile: profile['localhostProfile'] },
        'can only be set when seccomp type is Localhost',
      ),
    ]
  }
  return []
}
