import { forbidden, notFound } from '../errors.ts'
import { listAt, textAt } from '../object.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { sameJson } from '../schema/same.ts'
import type { Api } from './api.ts'
import { isAllowed, rulesOf } from './authorize.ts'
import type { Call } from './call.ts'

const GROUP = 'rbac.authorization.k8s.io'
const ROLES: readonly string[] = ['roles', 'clusterroles']
const BINDINGS: readonly string[] = ['rolebindings', 'clusterrolebindings']

/**
 * Nobody gives away by a role or a binding what he does not have, unless he may `escalate` the role or `bind` it.
 *
 * @param live The role or binding as it was; only of an update.
 * @throws {StatusError} 403 that lists what is missing; 404 for a binding to a role that is not there.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function refuseEscalation(
  api: Api,
  call: Call,
  object: KubeObject,
  live?: KubeObject,
): void {
  const { resource, user, namespace } = call
  if (resource.group !== GROUP || user.groups.includes('system:masters')) return
  if (live !== undefined && sameJson(meaning(live), meaning(object))) return
  const given = ROLES.includes(resource.plural)
    ? rulesOfNew(api, call, object)
    : BINDINGS.includes(resource.plural)
      ? rulesOfBound(api, call, object)
      : []
  const held = rulesOf(api, user, namespace).map(ruleOf)
  const missing = given
    .map(ruleOf)
    .flatMap(singles)
    .filter((one) => !held.some((rule) => covers(rule, one)))
  if (missing.length === 0) return
  const text = compact(missing).map(ruleText).toSorted().join('\n')
  throw forbidden(
    { group: GROUP, resource: resource.plural, name: object.metadata.name ?? '' },
    `user ${JSON.stringify(user.name)} (groups=${goList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${text}`,
  )
}

/** What the garbage collector changes is no grant. */
function meaning({ metadata, ...rest }: KubeObject): object {
  const { ownerReferences: _1, finalizers: _2, managedFields: _3, ...others } = metadata
  return { ...rest, metadata: others }
}

function rulesOfNew(api: Api, { resource, user, namespace, name }: Call, role: KubeObject) {
  const action = { verb: 'escalate', group: GROUP, resource: resource.plural }
  const place = { ...(namespace === undefined ? {} : { namespace }), ...(name ? { name } : {}) }
  return isAllowed(api, user, { ...action, ...place }) ? [] : listAt(role, 'rules')
}

function rulesOfBound(api: Api, { resource, user, namespace }: Call, binding: KubeObject) {
  const name = textAt(binding, 'roleRef', 'name') ?? ''
  const isCluster = textAt(binding, 'roleRef', 'kind') === 'ClusterRole'
  const plural = isCluster ? 'clusterroles' : 'roles'
  const place = namespace === undefined ? {} : { namespace }
  if (isAllowed(api, user, { verb: 'bind', group: GROUP, resource: plural, name, ...place }))
    return []
  const role = api.store.get({
    collection: `${GROUP}/${plural}`,
    namespace: isCluster ? undefined : namespace,
    name,
  })
  // The real server names the kind of the binding here, and the name of the role
  if (role === undefined) throw notFound({ group: GROUP, resource: resource.plural, name })
  return listAt(role, 'rules')
}

/** The lists of a rule, each there even if it is empty. */
interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
  readonly verbs: readonly string[]
}

const LISTS = ['apiGroups', 'resources', 'resourceNames', 'nonResourceURLs', 'verbs'] as const
const NOTHING: Rule = {
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: [],
  verbs: [],
}

function ruleOf(raw: unknown): Rule {
  const entries = LISTS.map((list) => [list, listAt(raw, list).map(String)] as const)
  return { ...NOTHING, ...(Object.fromEntries(entries) as Partial<Rule>) }
}

/** A rule as many, each of one verb on one thing. */
function singles(rule: Rule): readonly Rule[] {
  const { apiGroups, resources, resourceNames, nonResourceURLs, verbs } = rule
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name])
  const onObjects = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({
          ...NOTHING,
          apiGroups: [group],
          resources: [resource],
          resourceNames: name,
          verbs: [verb],
        })),
      ),
    ),
  )
  const onPaths = nonResourceURLs.flatMap((url) =>
    verbs.map((verb) => ({ ...NOTHING, nonResourceURLs: [url], verbs: [verb] })),
  )
  return [...onObjects, ...onPaths]
}

function covers(rule: Rule, wanted: Rule): boolean {
  const [url] = wanted.nonResourceURLs
  if (!holds(rule.verbs, wanted.verbs)) return false
  if (url !== undefined) {
    return rule.nonResourceURLs.some(
      (own) => own === url || (own.endsWith('*') && url.startsWith(own.slice(0, -1))),
    )
  }
  const [name] = wanted.resourceNames
  return (
    holds(rule.apiGroups, wanted.apiGroups) &&
    holdsResource(rule.resources, wanted.resources[0] ?? '') &&
    (rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name)))
  )
}

function holds(own: readonly string[], wanted: readonly string[]): boolean {
  return own.includes('*') || wanted.every((one) => own.includes(one))
}

function holdsResource(own: readonly string[], wanted: string): boolean {
  const [, subresource] = wanted.split('/')
  return (
    own.includes('*') ||
    own.includes(wanted) ||
    (subresource !== undefined && own.includes(`*/${subresource}`))
  )
}

/** Verbs on one thing stand together. */
function compact(rules: readonly Rule[]): readonly Rule[] {
  const together = new Map<string, Rule>()
  for (const { verbs, ...rest } of rules) {
    const key = JSON.stringify(rest.nonResourceURLs.length > 0 ? [rest, verbs] : rest)
    const known = together.get(key)
    together.set(key, { ...rest, verbs: [...(known?.verbs ?? []), ...verbs] })
  }
  return [...together.values()]
}

const TITLES: JsonObject = {
  apiGroups: 'APIGroups',
  resources: 'Resources',
  resourceNames: 'ResourceNames',
  nonResourceURLs: 'NonResourceURLs',
  verbs: 'Verbs',
}

function ruleText(rule: Rule): string {
  const parts = LISTS.filter((list) => rule[list].length > 0)
  return `{${parts.map((list) => `${String(TITLES[list])}:${goList(rule[list])}`).join(', ')}}`
}

/** A list as Go prints it with `%q`. */
function goList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`
}
