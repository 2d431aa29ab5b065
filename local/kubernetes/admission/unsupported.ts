import { notImplemented } from '../errors.ts'
import { at } from '../object.ts'
import type { AdmissionContext } from './context.ts'

/** A preference may go unheard; a requirement may not. */
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'

/** Fields that a real controller acts on and none here does; `value` limits the refusal to one value. */
const FIELDS: Readonly<
  Record<string, readonly { readonly path: string; readonly value?: string }[]>
> = {
  jobs: [
    { path: 'spec.completionMode', value: 'Indexed' },
    { path: 'spec.backoffLimitPerIndex' },
    { path: 'spec.managedBy' },
    { path: 'spec.maxFailedIndexes' },
    { path: 'spec.podFailurePolicy' },
    { path: 'spec.podReplacementPolicy', value: 'Failed' },
    { path: 'spec.successPolicy' },
  ],
  pods: [
    { path: `spec.affinity.podAffinity.${REQUIRED}` },
    { path: `spec.affinity.podAntiAffinity.${REQUIRED}` },
    { path: 'spec.resourceClaims' },
  ],
  resourcequotas: [{ path: 'spec.scopeSelector' }],
}

/**
 * Refuses at creation what this platform would store and then ignore.
 *
 * @throws {StatusError} 501 that names the field.
 */
export function refuseUnsupported({ operation, resource, object }: AdmissionContext): void {
  if (operation !== 'CREATE') return
  for (const { path, value } of FIELDS[resource] ?? []) {
    const found = at(object, ...path.split('.'))
    if (found === undefined || (value !== undefined && found !== value)) continue
    throw notImplemented(`${object.kind}: ${path}${value === undefined ? '' : ` ${value}`}`)
  }
}
