import { asText, isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { quantityMilli } from '../../schema/quantity.ts'
import { records } from '../rules/edit.ts'
import { duplicate, invalidValue, notSupported, required } from './causes.ts'
import { validateEnvironment } from './environment.ts'
import { dnsLabel } from './names.ts'
import { seccomp, userId } from './pod-spec-parts.ts'
import { validateProbes } from './probes.ts'
import { validateMounts } from './volumes.ts'

/** Checks `containers` and `initContainers` of a pod spec; names are unique over both. */
export function validateContainers(
  spec: JsonObject,
  field: string,
  volumes: ReadonlySet<string>,
): readonly StatusCause[] {
  const names = new Set<string>()
  const causes: StatusCause[] = []
  const containers = records(spec, 'containers')
  if (containers.length === 0) causes.push(required(`${field}.containers`))
  for (const key of ['containers', 'initContainers']) {
    records(spec, key).forEach((container, index) => {
      const path = `${field}.${key}[${index}]`
      causes.push(...validateName(container, path, names))
      causes.push(...validateContainer(container, path, volumes))
      if (key === 'initContainers') causes.push(...initOnly(container, path))
    })
  }
  return causes
}

function validateName(
  container: JsonObject,
  field: string,
  names: Set<string>,
): readonly StatusCause[] {
  const name = asText(container['name'])
  if (name === '') return [required(`${field}.name`)]
  const causes = dnsLabel(name).map((one) => invalidValue(`${field}.name`, name, one))
  if (names.has(name)) return [...causes, duplicate(`${field}.name`, name)]
  names.add(name)
  return causes
}

function validateContainer(
  container: JsonObject,
  field: string,
  volumes: ReadonlySet<string>,
): readonly StatusCause[] {
  const image = asText(container['image'])
  return [
    ...(image === '' ? [required(`${field}.image`)] : []),
    ...(image === image.trim()
      ? []
      : [invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace')]),
    ...validateProbes(container, field),
    ...oneOf(container, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never'], field),
    ...oneOf(container, 'terminationMessagePolicy', ['File', 'FallbackToLogsOnError'], field),
    ...validatePorts(container, field),
    ...validateEnvironment(container, field),
    ...validateMounts(container, field, volumes),
    ...validateResources(container, field),
    ...securityContext(container, field),
  ]
}

function oneOf(
  container: JsonObject,
  key: string,
  supported: readonly string[],
  field: string,
): readonly StatusCause[] {
  const value = container[key]
  if (value === undefined || supported.includes(asText(value))) return []
  return [notSupported(`${field}.${key}`, value, supported)]
}

function initOnly(container: JsonObject, field: string): readonly StatusCause[] {
  if (container['restartPolicy'] === 'Always') return []
  return ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']
    .filter((key) => container[key] !== undefined)
    .map((key) => ({
      reason: 'FieldValueForbidden',
      field: `${field}.${key}`,
      message: 'Forbidden: may not be set for init containers without restartPolicy=Always',
    }))
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

function validatePorts(container: JsonObject, field: string): readonly StatusCause[] {
  const seen = new Set<string>()
  return records(container, 'ports').flatMap((port, index) => {
    const path = `${field}.ports[${index}]`
    const causes: StatusCause[] = []
    const name = port['name']
    if (typeof name === 'string' && name !== '') {
      causes.push(...portName(name).map((one) => invalidValue(`${path}.name`, name, one)))
      if (seen.has(name)) causes.push(duplicate(`${path}.name`, name))
      seen.add(name)
    }
    const number = port['containerPort']
    if (number === undefined || number === 0) causes.push(required(`${path}.containerPort`))
    else causes.push(...portNumber(number, `${path}.containerPort`))
    if (!PROTOCOLS.includes(asText(port['protocol']))) {
      causes.push(notSupported(`${path}.protocol`, port['protocol'], PROTOCOLS))
    }
    return causes
  })
}

export function portNumber(value: unknown, field: string): readonly StatusCause[] {
  if (typeof value === 'number' && value >= 1 && value <= 65_535) return []
  return [invalidValue(field, value, 'must be between 1 and 65535, inclusive')]
}

export function portName(name: string): readonly string[] {
  const problems: string[] = []
  if (name.length > 15) problems.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(name)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)')
  if (name.includes('--')) problems.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) {
    problems.push('must not begin or end with a hyphen')
  }
  return problems
}

const STANDARD_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

function validateResources(container: JsonObject, field: string): readonly StatusCause[] {
  const resources = isRecord(container['resources']) ? container['resources'] : {}
  const limits = isRecord(resources['limits']) ? resources['limits'] : {}
  const requests = isRecord(resources['requests']) ? resources['requests'] : {}
  return [
    ...amounts(limits, `${field}.resources.limits`),
    ...amounts(requests, `${field}.resources.requests`),
    ...Object.entries(requests).flatMap(([name, request]) => {
      const limit = limits[name]
      if (limit === undefined || milli(request) <= milli(limit)) return []
      return [
        invalidValue(
          `${field}.resources.requests`,
          request,
          `must be less than or equal to ${name} limit of ${asText(limit)}`,
        ),
      ]
    }),
  ]
}

function amounts(list: JsonObject, field: string): readonly StatusCause[] {
  return Object.entries(list).flatMap(([name, amount]) => {
    const path = `${field}[${name}]`
    const causes: StatusCause[] = []
    if (!STANDARD_RESOURCES.has(name) && !name.includes('/') && !name.startsWith('hugepages-')) {
      causes.push(invalidValue(path, name, 'must be a standard resource type or fully qualified'))
      causes.push(invalidValue(path, name, 'must be a standard resource for containers'))
    }
    if (milli(amount) < 0n)
      causes.push(invalidValue(path, amount, 'must be greater than or equal to 0'))
    return causes
  })
}

function milli(quantity: unknown): bigint {
  return quantityMilli(String(quantity)) ?? 0n
}

function securityContext(container: JsonObject, field: string): readonly StatusCause[] {
  const context = container['securityContext']
  if (!isRecord(context)) return []
  const path = `${field}.securityContext`
  const causes = [
    ...userId(context, 'runAsUser', path),
    ...userId(context, 'runAsGroup', path),
    ...seccomp(context, path),
  ]
  if (context['allowPrivilegeEscalation'] === false && context['privileged'] === true) {
    causes.push(
      invalidValue(
        path,
        context,
        'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ),
    )
  }
  return causes
}
