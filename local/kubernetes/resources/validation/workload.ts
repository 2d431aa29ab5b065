import { at, isRecord } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { sameJson } from '../../schema/same.ts'
import { matchesLabelSelector } from '../../selectors.ts'
import { records } from '../rules/edit.ts'
import { forbiddenField, IMMUTABLE, invalidValue, notSupported, required } from './causes.ts'
import { validateAnnotations, validateLabels } from './metadata.ts'
import { validatePodSpec } from './pod-spec.ts'
import { validateLabelSelector } from './selectors.ts'

/** Deployments and replica sets. */
export function validateWorkload(object: KubeObject): readonly StatusCause[] {
  const spec = isRecord(object.spec) ? object.spec : {}
  return [
    ...natural(spec, 'replicas', 'spec'),
    ...selectorOf(spec),
    ...template(spec),
    ...(object.kind === 'Deployment' ? deploymentOnly(spec) : []),
  ]
}

export function natural(owner: JsonObject, key: string, field: string): readonly StatusCause[] {
  const value = owner[key]
  if (typeof value !== 'number' || value >= 0) return []
  return [invalidValue(`${field}.${key}`, value, 'must be greater than or equal to 0')]
}

function selectorOf(spec: JsonObject): readonly StatusCause[] {
  const selector = spec['selector']
  if (!isRecord(selector)) return [required('spec.selector')]
  const empty =
    at(selector, 'matchLabels') === undefined && at(selector, 'matchExpressions') === undefined
  if (empty) return [invalidValue('spec.selector', {}, 'empty selector is invalid for deployment')]
  return validateLabelSelector(selector, 'spec.selector')
}

function template(spec: JsonObject): readonly StatusCause[] {
  const field = 'spec.template'
  const podTemplate = isRecord(spec['template']) ? spec['template'] : {}
  const labels = at(podTemplate, 'metadata', 'labels')
  const causes: StatusCause[] = []
  const selector = spec['selector']
  if (isRecord(selector) && !isReadable(selector)) {
    causes.push(invalidValue('spec.selector', selector, 'invalid label selector'))
  } else if (!matchesLabelSelector(selector, stringMap(labels))) {
    causes.push(
      invalidValue(
        `${field}.metadata.labels`,
        labels,
        '`selector` does not match template `labels`',
      ),
    )
  }
  const podSpec = isRecord(podTemplate['spec']) ? podTemplate['spec'] : {}
  causes.push(...validateTemplate(podTemplate, field))
  if (podSpec['restartPolicy'] !== 'Always') {
    causes.push(notSupported(`${field}.spec.restartPolicy`, podSpec['restartPolicy'], ['Always']))
  }
  if (podSpec['activeDeadlineSeconds'] !== undefined) {
    causes.push(
      forbiddenField(
        `${field}.spec.activeDeadlineSeconds`,
        'activeDeadlineSeconds in ReplicaSet is not Supported',
      ),
    )
  }
  return causes
}

const OPERATORS: ReadonlySet<unknown> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist'])

function isReadable(selector: JsonObject): boolean {
  return records(selector, 'matchExpressions').every(
    ({ operator, values }) =>
      OPERATORS.has(operator) && (values !== undefined || !String(operator).endsWith('In')),
  )
}

/** A pod template wherever it is written. */
export function validateTemplate(podTemplate: JsonObject, field: string): readonly StatusCause[] {
  return [
    ...validateLabels(stringMap(at(podTemplate, 'metadata', 'labels')), `${field}.labels`),
    ...validateAnnotations(
      stringMap(at(podTemplate, 'metadata', 'annotations')),
      `${field}.annotations`,
    ),
    ...validatePodSpec(isRecord(podTemplate['spec']) ? podTemplate['spec'] : {}, `${field}.spec`),
  ]
}

function stringMap(value: unknown): Record<string, string> {
  return isRecord(value) ? (value as Record<string, string>) : {}
}

function deploymentOnly(spec: JsonObject): readonly StatusCause[] {
  const strategy = isRecord(spec['strategy']) ? spec['strategy'] : {}
  return [
    ...validateStrategy(strategy),
    ...natural(spec, 'minReadySeconds', 'spec'),
    ...natural(spec, 'revisionHistoryLimit', 'spec'),
    ...deadline(spec),
  ]
}

function validateStrategy(strategy: JsonObject): readonly StatusCause[] {
  const rolling = strategy['rollingUpdate']
  switch (strategy['type']) {
    case 'Recreate':
      return rolling === undefined
        ? []
        : [
            forbiddenField(
              'spec.strategy.rollingUpdate',
              "may not be specified when strategy `type` is 'Recreate'",
            ),
          ]
    case 'RollingUpdate':
      return isRecord(rolling) ? validateRolling(rolling) : []
    default:
      return [
        notSupported('spec.strategy', { Type: strategy['type'], RollingUpdate: rolling ?? null }, [
          'Recreate',
          'RollingUpdate',
        ]),
      ]
  }
}

function validateRolling(rolling: JsonObject): readonly StatusCause[] {
  const field = 'spec.strategy.rollingUpdate'
  const causes = ['maxUnavailable', 'maxSurge'].flatMap((key) =>
    intOrPercent(rolling[key], `${field}.${key}`),
  )
  if (isZero(rolling['maxUnavailable']) && isZero(rolling['maxSurge'])) {
    causes.push(
      invalidValue(
        `${field}.maxUnavailable`,
        rolling['maxUnavailable'],
        'may not be 0 when `maxSurge` is 0',
      ),
    )
  }
  return causes
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '0%'
}

export function intOrPercent(value: unknown, field: string): readonly StatusCause[] {
  if (typeof value === 'number') {
    return value >= 0 ? [] : [invalidValue(field, value, 'must be greater than or equal to 0')]
  }
  if (typeof value !== 'string' || /^[0-9]+%$/.test(value)) return []
  return [
    invalidValue(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ]
}

function deadline(spec: JsonObject): readonly StatusCause[] {
  const seconds = spec['progressDeadlineSeconds']
  const ready = typeof spec['minReadySeconds'] === 'number' ? spec['minReadySeconds'] : 0
  if (typeof seconds !== 'number' || seconds > ready) return []
  return [
    invalidValue('spec.progressDeadlineSeconds', seconds, 'must be greater than minReadySeconds'),
  ]
}

/** The selector of a workload is fixed for its life. */
export function validateWorkloadUpdate(
  object: KubeObject,
  live: KubeObject,
): readonly StatusCause[] {
  const selector = at(object, 'spec', 'selector')
  if (sameJson(selector, at(live, 'spec', 'selector'))) return []
  return [invalidValue('spec.selector', selector, IMMUTABLE)]
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
]

/** Status of a deployment or replica set: no negative numbers, and no part larger than the whole. */
export function validateWorkloadStatus(object: KubeObject): readonly StatusCause[] {
  const status = isRecord(object.status) ? object.status : {}
  const count = (key: string): number => (typeof status[key] === 'number' ? status[key] : 0)
  const above = (key: string, limit: string, shown: string): readonly StatusCause[] =>
    count(key) > count(limit)
      ? [invalidValue(`status.${key}`, count(key), `cannot be greater than ${shown}`)]
      : []
  return [
    ...COUNTS.flatMap((key) => natural(status, key, 'status')),
    ...above('updatedReplicas', 'replicas', 'status.replicas'),
    ...(object.kind === 'ReplicaSet'
      ? above('fullyLabeledReplicas', 'replicas', 'status.replicas')
      : []),
    ...above('readyReplicas', 'replicas', 'status.replicas'),
    ...above('availableReplicas', 'replicas', 'status.replicas'),
    ...above('availableReplicas', 'readyReplicas', 'readyReplicas'),
  ]
}
