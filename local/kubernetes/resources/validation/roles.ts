import { asText, at, isRecord, listAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { sameJson } from '../../schema/same.ts'
import { records } from '../rules/edit.ts'
import { invalidValue, notSupported, required } from './causes.ts'

export function validateRole(role: KubeObject): readonly StatusCause[] {
  return records(role, 'rules').flatMap((rule, index) =>
    policyRule(rule, `rules[${index}]`, role.kind === 'Role'),
  )
}

function policyRule(rule: JsonObject, field: string, namespaced: boolean): readonly StatusCause[] {
  const urls = listAt(rule, 'nonResourceURLs')
  const causes: StatusCause[] = []
  if (listAt(rule, 'verbs').length === 0) {
    causes.push(required(`${field}.verbs`, 'verbs must contain at least one value'))
  }
  if (urls.length > 0) {
    if (namespaced) {
      causes.push(
        invalidValue(
          `${field}.nonResourceURLs`,
          urls,
          'namespaced rules cannot apply to non-resource URLs',
        ),
      )
    }
    return causes
  }
  if (listAt(rule, 'apiGroups').length === 0) {
    causes.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'))
  }
  if (listAt(rule, 'resources').length === 0) {
    causes.push(required(`${field}.resources`, 'resource rules must supply at least one resource'))
  }
  return causes
}

const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group']

export function validateRoleBinding(binding: KubeObject): readonly StatusCause[] {
  const kinds = binding.kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole']
  const kind = at(binding, 'roleRef', 'kind')
  const causes: StatusCause[] = []
  if (!kinds.includes(asText(kind))) causes.push(notSupported('roleRef.kind', kind ?? '', kinds))
  if (!at(binding, 'roleRef', 'name')) causes.push(required('roleRef.name'))
  const subjects = records(binding, 'subjects')
  return [...causes, ...subjects.flatMap((one, index) => subject(one, `subjects[${index}]`))]
}

function subject(one: JsonObject, field: string): readonly StatusCause[] {
  const causes: StatusCause[] = []
  if (!one['name']) causes.push(required(`${field}.name`))
  if (!SUBJECT_KINDS.includes(asText(one['kind']))) {
    causes.push(notSupported(`${field}.kind`, one['kind'], SUBJECT_KINDS))
  }
  return causes
}

export function validateRoleBindingUpdate(
  binding: KubeObject,
  live: KubeObject,
): readonly StatusCause[] {
  const reference = isRecord(binding['roleRef']) ? binding['roleRef'] : {}
  if (sameJson(reference, live['roleRef'])) return []
  return [invalidValue('roleRef', reference, 'cannot change roleRef')]
}
