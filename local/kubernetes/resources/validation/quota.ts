import { asText, at, isRecord, listAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { quantityMilli } from '../../schema/quantity.ts'
import { invalidValue } from './causes.ts'

/** Counted in whole things. */
const COUNTED = [
  'pods',
  'configmaps',
  'secrets',
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
]
const MEASURED = ['cpu', 'memory', 'ephemeral-storage']

/** @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/validation/validation.go ValidateResourceQuotaSpec */
export function validateResourceQuota(quota: KubeObject): readonly StatusCause[] {
  const found = at(quota, 'spec', 'hard')
  const hard = isRecord(found) ? found : {}
  return [...amounts(hard), ...scopeProblems(quota, Object.keys(hard))]
}

function amounts(hard: JsonObject): readonly StatusCause[] {
  return Object.entries(hard).flatMap(([name, raw]) => {
    const field = `spec.hard[${name}]`
    const value = asText(raw)
    const milli = quantityMilli(value) ?? 0n
    return [
      ...nameProblems(name, field),
      ...(milli < 0n ? [invalidValue(field, value, 'must be greater than or equal to 0')] : []),
      ...(isCounted(name) && milli % 1000n !== 0n
        ? [invalidValue(field, value, 'must be an integer')]
        : []),
    ]
  })
}

const CONFLICTING = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

/** A scope is about pods: BestEffort about their number alone, the others about what they ask for too. */
function scopeProblems(quota: KubeObject, names: readonly string[]): readonly StatusCause[] {
  const scopes = listAt(quota, 'spec', 'scopes').map(String)
  const refused = (detail: string) => invalidValue('spec.scopes', scopes, detail)
  const isWrong = (scope: string) =>
    names.some((name) => name !== 'pods' && (scope === 'BestEffort' || COUNTED.includes(name)))
  return [
    ...scopes.filter(isWrong).map(() => refused('unsupported scope applied to resource')),
    ...CONFLICTING.filter((pair) => pair.every((one) => scopes.includes(one))).map(() =>
      refused('conflicting scopes'),
    ),
  ]
}

function nameProblems(name: string, field: string): readonly StatusCause[] {
  const short = name.replace(/^(?:requests|limits)\./, '')
  const isKnown =
    COUNTED.includes(name) || MEASURED.includes(short) || /storage$|^hugepages-/.test(short)
  if (isKnown || name.includes('/')) return []
  return ['a standard resource type or fully qualified', 'a standard resource for quota'].map(
    (what) => invalidValue(field, name, `must be ${what}`),
  )
}

function isCounted(name: string): boolean {
  return COUNTED.includes(name) || name.startsWith('count/')
}
