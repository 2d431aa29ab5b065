import { StatusError } from '../errors.ts'
import { isRecord, listAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import type { Api } from './api.ts'
import type { User } from './user.ts'

/** What is to be done: to objects, or to a path that is none (`/version`). */
export interface Action {
  readonly verb: string
  readonly group?: string
  /** Plural, with `/subresource` where there is one. */
  readonly resource?: string
  readonly namespace?: string
  readonly name?: string
  readonly path?: string
}

/** Paths a real cluster shows to everybody; the issuer documents, because a token service outside must read them. */
const PUBLIC = [
  '/healthz',
  '/livez',
  '/readyz',
  '/version',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
]
/** Paths of ClusterRole system:discovery, for everybody who has a name. */
const DISCOVERY = ['/api', '/apis', '/openapi', '/version', '/healthz', '/livez', '/readyz']
/** What ClusterRole system:basic-user lets everybody ask about himself. */
const ABOUT_MYSELF = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews']

/** Whether the user may; the rules of RBAC, and of the bindings a real cluster is born with. */
export function isAllowed(api: Api, user: User, action: Action): boolean {
  if (user.groups.includes('system:masters')) return true
  const { path } = action
  if (path !== undefined) {
    if (PUBLIC.some((one) => path === one || path.startsWith(`${one}/`))) return true
    const named = user.groups.includes('system:authenticated')
    return named && DISCOVERY.some((one) => path === one || path.startsWith(`${one}/`))
  }
  if (ABOUT_MYSELF.includes(action.resource ?? ''))
    return user.groups.includes('system:authenticated')
  return rulesOf(api, user, action.namespace).some((rule) => covers(rule, action))
}

/** @throws {StatusError} 403 with the real server's sentence. */
export function authorize(api: Api, user: User, action: Action): void {
  if (isAllowed(api, user, action)) return
  const { verb, group = '', resource, namespace, name, path } = action
  if (path !== undefined) {
    throw new StatusError(
      403,
      'Forbidden',
      `forbidden: User "${user.name}" cannot ${verb} path "${path}"`,
      {},
    )
  }
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const [plural = ''] = (resource ?? '').split('/')
  const subject = `${plural}${group === '' ? '' : `.${group}`}${name ? ` "${name}"` : ''}`
  throw new StatusError(
    403,
    'Forbidden',
    `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
    { ...(name ? { name } : {}), ...(group === '' ? {} : { group }), kind: plural },
  )
}

/** Every rule bound to the user, cluster-wide and in the namespace. */
export function rulesOf(api: Api, user: User, namespace: string | undefined): readonly unknown[] {
  const roles = 'rbac.authorization.k8s.io'
  const cluster = api.store
    .list(`${roles}/clusterrolebindings`)
    .filter((binding) => isBound(binding, user))
    .flatMap((binding) => rulesOfRole(api, binding))
  if (namespace === undefined) return cluster
  const local = api.store
    .list(`${roles}/rolebindings`, namespace)
    .filter((binding) => isBound(binding, user))
    .flatMap((binding) => rulesOfRole(api, binding))
  return [...cluster, ...local]
}

function rulesOfRole(api: Api, binding: KubeObject): readonly unknown[] {
  const name = textAt(binding, 'roleRef', 'name') ?? ''
  const isClusterRole = textAt(binding, 'roleRef', 'kind') === 'ClusterRole'
  const role = api.store.get({
    collection: `rbac.authorization.k8s.io/${isClusterRole ? 'clusterroles' : 'roles'}`,
    namespace: isClusterRole ? undefined : binding.metadata.namespace,
    name,
  })
  return listAt(role, 'rules')
}

function isBound(binding: KubeObject, user: User): boolean {
  return listAt(binding, 'subjects').some((subject) => {
    const name = textAt(subject, 'name') ?? ''
    switch (textAt(subject, 'kind')) {
      case 'User':
        return name === user.name
      case 'Group':
        return user.groups.includes(name)
      case 'ServiceAccount':
        return user.name === `system:serviceaccount:${textAt(subject, 'namespace')}:${name}`
      default:
        return false
    }
  })
}

function covers(rule: unknown, { verb, group = '', resource = '', name }: Action): boolean {
  if (!isRecord(rule)) return false
  const has = (key: string, value: string) => {
    const values = listAt(rule, key)
    return values.includes('*') || values.includes(value)
  }
  const names = listAt(rule, 'resourceNames')
  const [, subresource] = resource.split('/')
  const anyPlural =
    subresource !== undefined && listAt(rule, 'resources').includes(`*/${subresource}`)
  return (
    has('verbs', verb) &&
    has('apiGroups', group) &&
    (has('resources', resource) || anyPlural) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  )
}
