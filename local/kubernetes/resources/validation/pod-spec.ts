import { asText, isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { records } from '../rules/edit.ts'
import { invalidValue, notSupported } from './causes.ts'
import { validateContainers } from './container.ts'
import { validateLabels } from './metadata.ts'
import { dnsLabel, dnsSubdomain } from './names.ts'
import { oneOf, seccomp, userId } from './pod-spec-parts.ts'
import { validateVolumes } from './volumes.ts'

/**
 * Checks a pod spec after defaulting.
 *
 * Not checked: affinity, topology spread, exotic volume types, sysctls, Windows options, resource claims.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/validation/validation.go ValidatePodSpec
 */
export function validatePodSpec(spec: JsonObject, field: string): readonly StatusCause[] {
  const volumes = records(spec, 'volumes')
  const names = new Set(volumes.map((volume) => asText(volume['name'])))
  return [
    ...validateVolumes(volumes, `${field}.volumes`),
    ...validateContainers(spec, field, names),
    ...oneOf(spec, 'restartPolicy', ['Always', 'OnFailure', 'Never'], field),
    ...oneOf(
      spec,
      'dnsPolicy',
      ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
      field,
    ),
    ...validateLabels(stringMap(spec['nodeSelector']), `${field}.nodeSelector`),
    ...securityContext(spec, field),
    ...nameAt(spec, 'serviceAccountName', field, dnsSubdomain),
    ...nameAt(spec, 'nodeName', field, dnsSubdomain),
    ...nameAt(spec, 'hostname', field, dnsLabel),
    ...nameAt(spec, 'subdomain', field, dnsLabel),
    ...activeDeadline(spec, field),
    ...tolerations(spec, field),
    ...hostAliases(spec, field),
  ]
}

function nameAt(
  owner: JsonObject,
  key: string,
  field: string,
  rule: (value: string) => readonly string[],
): readonly StatusCause[] {
  const value = owner[key]
  if (typeof value !== 'string' || value === '') return []
  return rule(value).map((problem) => invalidValue(`${field}.${key}`, value, problem))
}

function stringMap(value: unknown): Readonly<Record<string, string>> | undefined {
  return isRecord(value) ? (value as Record<string, string>) : undefined
}

function securityContext(spec: JsonObject, field: string): readonly StatusCause[] {
  const context = spec['securityContext']
  if (!isRecord(context)) return []
  const path = `${field}.securityContext`
  return [
    ...userId(context, 'runAsUser', path),
    ...userId(context, 'runAsGroup', path),
    ...userId(context, 'fsGroup', path),
    ...seccomp(context, path),
  ]
}

function activeDeadline(spec: JsonObject, field: string): readonly StatusCause[] {
  const value = spec['activeDeadlineSeconds']
  if (typeof value !== 'number' || (value >= 1 && value <= 0x7fff_ffff)) return []
  return [
    invalidValue(
      `${field}.activeDeadlineSeconds`,
      value,
      'must be between 1 and 2147483647, inclusive',
    ),
  ]
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function tolerations(spec: JsonObject, field: string): readonly StatusCause[] {
  return records(spec, 'tolerations').flatMap((toleration, index) => {
    const path = `${field}.tolerations[${index}]`
    const { key, operator, value, effect } = toleration
    const causes: StatusCause[] = []
    if ((key === undefined || key === '') && operator !== 'Exists') {
      causes.push(
        invalidValue(
          `${path}.operator`,
          operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      )
    }
    if (operator === 'Exists' && typeof value === 'string' && value !== '') {
      causes.push(
        invalidValue(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"),
      )
    }
    if (effect !== undefined && effect !== '' && !EFFECTS.includes(asText(effect))) {
      causes.push(notSupported(`${path}.effect`, effect, EFFECTS))
    }
    return causes
  })
}

function hostAliases(spec: JsonObject, field: string): readonly StatusCause[] {
  return records(spec, 'hostAliases').flatMap((alias, index) =>
    typeof alias['ip'] === 'string' && alias['ip'] !== ''
      ? []
      : [
          invalidValue(
            `${field}.hostAliases[${index}].ip`,
            alias['ip'] ?? '',
            'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
          ),
        ],
  )
}
