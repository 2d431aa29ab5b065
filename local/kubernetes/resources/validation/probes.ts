import { isRecord } from '../../object.ts'
import type { JsonObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { forbiddenField, invalidValue, required } from './causes.ts'

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc']

/** Probes and lifecycle hooks of one container: one handler each, and sensible numbers. */
export function validateProbes(container: JsonObject, field: string): readonly StatusCause[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((key) => {
    const probe = container[key]
    return isRecord(probe) ? validateProbe(probe, `${field}.${key}`, key) : []
  })
}

function validateProbe(probe: JsonObject, field: string, key: string): readonly StatusCause[] {
  const used = HANDLERS.filter((handler) => probe[handler] !== undefined)
  const causes: StatusCause[] = used
    .slice(1)
    .map((handler) =>
      forbiddenField(`${field}.${handler}`, 'may not specify more than 1 handler type'),
    )
  if (used.length === 0) causes.push(required(field, 'must specify a handler type'))
  for (const number of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    const value = probe[number]
    if (typeof value === 'number' && value < 0) {
      causes.push(invalidValue(`${field}.${number}`, value, 'must be greater than or equal to 0'))
    }
  }
  if (
    key !== 'readinessProbe' &&
    typeof probe['successThreshold'] === 'number' &&
    probe['successThreshold'] !== 1
  ) {
    causes.push(invalidValue(`${field}.successThreshold`, probe['successThreshold'], 'must be 1'))
  }
  return causes
}
