import { collectionPath } from './kinds.ts'
import type { ResourceKind } from './kinds.ts'
import { groupOf } from './object.ts'
import type { KubeObject, ObjectRef } from './object.ts'
import type { Action, Plan, PlanEntry } from './plan.ts'

/** One thing that must be allowed: a verb on one object. */
export interface Permission {
  readonly verb: string
  readonly kind: ResourceKind
  readonly ref: ObjectRef
}

/** What each action sends; a server-side apply of what does not exist needs both `patch` and `create`. */
const VERBS: Readonly<Record<Action, readonly string[]>> = {
  create: ['create', 'patch'],
  configure: ['patch'],
  adopt: ['patch'],
  recreate: ['create', 'delete', 'list', 'patch', 'watch'],
  prune: ['delete', 'list', 'watch'],
  skip: [],
  unchanged: [],
}

/** Actions that send no more than the apply that a dry run has tried. */
const APPLIES: readonly Action[] = ['create', 'configure', 'adopt']

/**
 * What carrying out a plan sends to the API server and is not known to be allowed: a dry run passes the same
 * authorization as the apply, and the inventory is the first to be written, unless its namespace is, so that its refusal
 * leaves nothing behind.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run-authorization
 */
export function openPermissions(
  plan: Plan,
  inventory: ObjectRef,
  kindOf: (ref: ObjectRef) => ResourceKind,
): readonly Permission[] {
  const isBehind = plan.entries.some((one) => one.ref.kind === 'Namespace' && isWrite(one))
  const open = plan.entries.filter(isOpen)
  return permissionsFor(open, isBehind ? inventory : undefined, kindOf)
}

function isOpen({ action, isTried }: PlanEntry): boolean {
  return isTried !== true || !APPLIES.includes(action)
}

/**
 * What carrying out a plan sends to the API server, the writing of the inventory included.
 *
 * @param kindOf Every kind in the plan.
 */
export function permissionsOf(
  plan: Plan,
  inventory: ObjectRef,
  kindOf: (ref: ObjectRef) => ResourceKind,
): readonly Permission[] {
  return permissionsFor(plan.entries, plan.entries.some(isWrite) ? inventory : undefined, kindOf)
}

function isWrite({ action }: PlanEntry): boolean {
  return VERBS[action].length > 0
}

function permissionsFor(
  entries: readonly PlanEntry[],
  inventory: ObjectRef | undefined,
  kindOf: (ref: ObjectRef) => ResourceKind,
): readonly Permission[] {
  const wanted = entries.flatMap(({ action, ref }) => VERBS[action].map((verb) => ({ verb, ref })))
  const kept = inventory ? VERBS.create.map((verb) => ({ verb, ref: inventory })) : []
  return [...wanted, ...kept].map(({ verb, ref }) => ({ verb, ref, kind: kindOf(ref) }))
}

/** Permissions that one question answers, if it is about every object of a kind in a namespace. */
export function byCollection(
  permissions: readonly Permission[],
): readonly (readonly [Permission, ...Permission[]])[] {
  const groups = Map.groupBy(
    permissions,
    ({ verb, kind, ref }) => `${verb} ${collectionPath(kind, ref.namespace)}`,
  )
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first ? [[first, ...rest] as const] : [],
  )
}

/** The least Roles (and ClusterRole) that would grant what is missing, one per namespace. */
export function rolesFor(missing: readonly Permission[]): readonly KubeObject[] {
  const byNamespace = Map.groupBy(missing, ({ ref }) => ref.namespace ?? '')
  return [...byNamespace].map(([namespace, permissions]) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === '' ? 'ClusterRole' : 'Role',
    metadata: {
      name: 'keyless-cosmos-deployer',
      ...(namespace === '' ? {} : { namespace }),
    },
    rules: rulesFor(permissions),
  }))
}

/** One rule per group and set of verbs. */
function rulesFor(permissions: readonly Permission[]): readonly object[] {
  const byResource = Map.groupBy(
    permissions,
    ({ kind }) => `${groupOf(kind.apiVersion)}/${kind.resource}`,
  )
  const resources = [...byResource].map(([path, wanted]) => {
    const [group = '', resource = ''] = path.split('/')
    return { group, resource, verbs: [...new Set(wanted.map(({ verb }) => verb))].toSorted() }
  })
  const rules = Map.groupBy(resources, ({ group, verbs }) => `${group} ${verbs.join()}`)
  return [...rules.values()].map((members) => ({
    apiGroups: [members[0]?.group ?? ''],
    resources: members.map(({ resource }) => resource).toSorted(),
    verbs: members[0]?.verbs ?? [],
  }))
}
