import { DeployError, isFailure } from '../core/errors.ts'
import { inventoryRef } from '../core/inventory.ts'
import { collectionPath } from '../core/kinds.ts'
import type { ResourceKind } from '../core/kinds.ts'
import { at, groupOf, identityOf } from '../core/object.ts'
import type { ObjectRef } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { byCollection, openPermissions, permissionsOf, rolesFor } from '../core/permissions.ts'
import type { Permission } from '../core/permissions.ts'
import type { Plan } from '../core/plan.ts'
import type { Cluster } from './connect.ts'

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

/**
 * Asks whether all that the plan writes is allowed, before any of it is written: a run that stops half-way for want of
 * a permission leaves half a deployment.
 *
 * What a dry run has passed is allowed. Of the rest one question per verb, kind and namespace; a refusal is asked again object by object, because a role may name them.
 * A cluster that does not answer such questions is left to refuse the writes themselves.
 *
 * @throws {DeployError} `ERR_FORBIDDEN` with the Role that is missing.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function checkPermissions(
  cluster: Cluster,
  plan: Plan,
  set: ObjectSet,
  which = openPermissions,
): Promise<void> {
  const inventory = inventoryRef(set)
  const kinds = await kindsOf(cluster, [...plan.entries.map(({ ref }) => ref), inventory])
  const kindOf = (ref: ObjectRef) => {
    const kind = kinds.get(identityOf(ref))
    if (!kind) throw new TypeError('every kind of the plan was asked for')
    return kind
  }
  const needed = which(plan, inventory, kindOf)
  const missing = await Promise.all(byCollection(needed).map((group) => missingOf(cluster, group)))
  if (missing.flat().length > 0) throw await forbidden(missing.flat())
}

/**
 * Tells a write that was refused, the first of a run, as the role that is missing.
 *
 * @throws The given error, or a better one.
 */
export async function explainRefusal(
  cluster: Cluster,
  plan: Plan,
  set: ObjectSet,
  error: unknown,
): Promise<never> {
  if (isFailure(error, 'ERR_FORBIDDEN')) {
    await checkPermissions(cluster, plan, set, permissionsOf)
  }
  throw error
}

async function kindsOf(
  { api }: Cluster,
  refs: readonly ObjectRef[],
): Promise<ReadonlyMap<string, ResourceKind>> {
  return new Map(
    await Promise.all(refs.map(async (ref) => [identityOf(ref), await api.kindOf(ref)] as const)),
  )
}

async function missingOf(
  cluster: Cluster,
  group: readonly [Permission, ...Permission[]],
): Promise<readonly Permission[]> {
  if (await isAllowed(cluster, group[0], undefined)) return []
  const allowed = await Promise.all(group.map((one) => isAllowed(cluster, one, one.ref.name)))
  return group.filter((_, index) => allowed[index] !== true)
}

async function isAllowed(
  { transport }: Cluster,
  { verb, kind, ref }: Permission,
  name: string | undefined,
): Promise<boolean> {
  const [group, version = ''] = [groupOf(kind.apiVersion), kind.apiVersion.split('/').at(-1)]
  const resourceAttributes = {
    verb,
    group,
    version,
    resource: kind.resource,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    ...(name === undefined ? {} : { name }),
  }
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  }
  const answer = await transport.request({ method: 'POST', path: REVIEWS, body })
  return answer.status !== 201 || at(answer.body, 'status', 'allowed') === true
}

async function forbidden(missing: readonly Permission[]): Promise<DeployError> {
  const { stringify } = await import('yaml')
  const lines = byCollection(missing).map(([{ verb, kind, ref }]) => {
    return `may not ${verb} ${collectionPath(kind, ref.namespace)}`
  })
  const roles = rolesFor(missing).map((role) => stringify(role))
  return new DeployError('ERR_FORBIDDEN', `nothing was written: ${lines.join(', ')}`, {
    hint: `ask an administrator to bind you to this role, then deploy again\n${roles.join('---\n')}`.trimEnd(),
  })
}
