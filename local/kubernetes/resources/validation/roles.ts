import { asText, at, isRecord, listAt } from '../../object.ts'
import type { JsonObject, KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { sameJson } from '../../schema/same.ts'
import { records } from '../rules/edit.ts'
import { invalidValue, notSupported, required } from './causes.ts'
import { dnsSubdomain, pathSegment } from './names.ts'

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

const RBAC_GROUP = 'rbac.authorization.k8s.io'
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group']

export function validateRoleBinding(binding: KubeObject): readonly StatusCause[] {
  const kinds = binding.kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole']
  const kind = at(binding, 'roleRef', 'kind')
  const name = asText(at(binding, 'roleRef', 'name'))
  const causes = group(at(binding, 'roleRef', 'apiGroup'), 'roleRef.apiGroup', RBAC_GROUP)
  if (!kinds.includes(asText(kind))) causes.push(notSupported('roleRef.kind', kind ?? '', kinds))
  if (name === '') causes.push(required('roleRef.name'))
  causes.push(...pathSegment(name).map((problem) => invalidValue('roleRef.name', name, problem)))
  const namespaced = binding.kind === 'RoleBinding'
  const subjects = records(binding, 'subjects').flatMap((one, index) =>
    subject(one, `subjects[${index}]`, namespaced),
  )
  return [...causes, ...subjects]
}

function group(value: unknown, field: string, wanted: string): StatusCause[] {
  const found = asText(value)
  return found === wanted ? [] : [notSupported(field, found, [wanted])]
}

function subject(one: JsonObject, field: string, namespaced: boolean): readonly StatusCause[] {
  const name = asText(one['name'])
  const causes = name === '' ? [required(`${field}.name`)] : []
  const apiGroup = `${field}.apiGroup`
  switch (one['kind']) {
    case 'ServiceAccount':
      if (name !== '') {
        const problems = dnsSubdomain(name)
        causes.push(...problems.map((problem) => invalidValue(`${field}.name`, name, problem)))
      }
      causes.push(...group(one['apiGroup'], apiGroup, ''))
      if (!namespaced && !one['namespace']) causes.push(required(`${field}.namespace`))
      return causes
    case 'User':
    case 'Group':
      return [...causes, ...group(one['apiGroup'], apiGroup, RBAC_GROUP)]
    default:
      return [...causes, notSupported(`${field}.kind`, one['kind'], SUBJECT_KINDS)]
  }
}

export function validateRoleBindingUpdate(
  binding: KubeObject,
  live: KubeObject,
): readonly StatusCause[] {
  const reference = isRecord(binding['roleRef']) ? binding['roleRef'] : {}
  if (sameJson(reference, live['roleRef'])) return []
  return [invalidValue('roleRef', reference, 'cannot change roleRef')]
}
