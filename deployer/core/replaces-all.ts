import { DeployError } from './errors.ts'
import { groupOf, subjectOf } from './object.ts'
import type { ObjectRef } from './object.ts'
import { ownerOf } from './ownership.ts'
import type { ObjectSet } from './ownership.ts'
import type { Plan } from './plan.ts'

/**
 * Refuses a plan that prunes all that is deployed and keeps none of it. A set goes by the names of its environment and
 * folder alone, so that two folders called alike are one set: the second would delete what the first deployed.
 *
 * Namespaces do not count: folders of different people may well name the same one.
 *
 * @throws {DeployError} `ERR_REPLACES_ALL`
 */
export function refuseReplacingAll({ entries }: Plan, set: ObjectSet): void {
  const pruned = entries.filter(({ action }) => action === 'prune').length
  const isAnyKept = entries.some(
    ({ ref, desired, live }) =>
      ref.kind !== 'Namespace' && desired && live && ownerOf(live, set) === 'ours',
  )
  if (pruned === 0 || isAnyKept) return
  const all = pruned === 1 ? 'the only object' : `all ${pruned} objects`
  throw new DeployError(
    'ERR_REPLACES_ALL',
    `nothing was written: this would prune ${all} of the set "${set.name}" in namespace ${set.namespace}, and keep none`,
    {
      subject: set.name,
      hint: `${SAME_NAME}. To deploy beside them, rename yours; if they are meant to go, add --replace-all`,
    },
  )
}

const SAME_NAME =
  'a set is named after its environment and folder: another folder or environment file of the same name probably deployed them'

/**
 * Refuses to destroy a set of which these manifests name nothing: a folder of the same name deployed it. Their namespace
 * does not count, which the cluster has the last word on.
 *
 * @param asked What the manifests hold; nothing if they cannot be read, which must not keep anything from being destroyed.
 * @throws {DeployError} `ERR_REPLACES_ALL`
 */
export function refuseDestroyingOthers(
  asked: readonly ObjectRef[],
  deployed: readonly ObjectRef[],
  set: ObjectSet,
): void {
  const named = new Set(asked.filter(isNoNamespace).map(kindAndName))
  const others = deployed.filter(isNoNamespace)
  const isAnyNamed = others.some((ref) => named.has(kindAndName(ref)))
  if (named.size === 0 || others.length === 0 || isAnyNamed) return
  const shown = others.slice(0, 3).map(subjectOf).join(', ') + (others.length > 3 ? ', …' : '')
  throw new DeployError(
    'ERR_REPLACES_ALL',
    `nothing was deleted: these manifests hold none of what the set "${set.name}" in namespace ${set.namespace} has deployed: ${shown}`,
    {
      subject: set.name,
      hint: `${SAME_NAME}: destroy them from there; if they are meant to go all the same, add --replace-all`,
    },
  )
}

function isNoNamespace({ kind }: ObjectRef): boolean {
  return kind !== 'Namespace'
}

function kindAndName({ apiVersion, kind, name }: ObjectRef): string {
  return [groupOf(apiVersion), kind, name].join('/')
}
