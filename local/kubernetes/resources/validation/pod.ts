import { asText, isRecord, listAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { sameJson } from '../../schema/same.ts'
import { records } from '../rules/edit.ts'
import { forbiddenField, invalidValue } from './causes.ts'
import { validatePodSpec } from './pod-spec.ts'

export function validatePod(pod: KubeObject): readonly StatusCause[] {
  return validatePodSpec(isRecord(pod.spec) ? pod.spec : {}, 'spec')
}

/** The sentence ends in a structural diff on a real server; the fields named here are the same. */
const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/**
 * A pod's spec is fixed, but for its images, its deadline and added tolerations.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/validation/validation.go ValidatePodUpdate
 */
export function validatePodUpdate(pod: KubeObject, live: KubeObject): readonly StatusCause[] {
  const after = isRecord(pod.spec) ? pod.spec : {}
  const before = isRecord(live.spec) ? live.spec : {}
  // A pod that is wrong in itself is refused for that alone
  if (validatePod(pod).length > 0) return []
  const causes = [
    ...gates(after, before),
    ...deadline(after, before),
    ...tolerations(after, before),
  ]
  if (!sameJson(frozenPart(after), frozenPart(before)))
    causes.push(forbiddenField('spec', MAY_CHANGE))
  return causes
}

function frozenPart(spec: JsonObject): JsonObject {
  const rest: JsonObject = { ...spec }
  for (const key of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) delete rest[key]
  for (const key of ['containers', 'initContainers']) {
    if (rest[key] === undefined) continue
    rest[key] = records(spec, key).map((container) => ({ ...container, image: '' }))
  }
  return rest
}

/** What holds a pod back can only be taken away. */
function gates(after: JsonObject, before: JsonObject): readonly StatusCause[] {
  const old = new Set(records(before, 'schedulingGates').map(({ name }) => name))
  return records(after, 'schedulingGates').flatMap(({ name }, index) =>
    old.has(name)
      ? []
      : [
          forbiddenField(
            `spec.schedulingGates[${index}].name`,
            `only deletion is allowed, but found new scheduling gate '${asText(name)}'`,
          ),
        ],
  )
}

function deadline(after: JsonObject, before: JsonObject): readonly StatusCause[] {
  const field = 'spec.activeDeadlineSeconds'
  const now = after['activeDeadlineSeconds']
  const was = before['activeDeadlineSeconds']
  if (typeof was !== 'number' || now === was) return []
  if (typeof now === 'number' && now < was) return []
  const detail =
    typeof now === 'number'
      ? 'must be less than or equal to previous value'
      : 'must not update from a positive integer to nil value'
  return [invalidValue(field, now, detail)]
}

function tolerations(after: JsonObject, before: JsonObject): readonly StatusCause[] {
  const kept = listAt(before, 'tolerations').every((old) =>
    listAt(after, 'tolerations').some((one) => sameJson(one, old)),
  )
  return kept
    ? []
    : [
        forbiddenField(
          'spec.tolerations',
          'existing toleration can not be modified except its tolerationSeconds',
        ),
      ]
}
