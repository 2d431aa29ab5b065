import { DeployError } from './errors.ts'
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
      hint: 'a set is named after its environment and folder: another folder or environment file of the same name probably deployed them. To deploy beside them, rename yours; if they are meant to go, add --replace-all',
    },
  )
}
