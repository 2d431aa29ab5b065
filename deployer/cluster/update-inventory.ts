import { DeployError } from '../core/errors.ts'
import { inventoryObject, inventoryRef, isSameInventory, membersOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { onlyOver, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import { apiError } from './api-error.ts'

/** How often somebody else may write the inventory before ours gets through. */
const MAX_ROUNDS = 5

/** What a set's inventory was found to say. */
export interface FoundInventory {
  /** Undefined if there is none. */
  readonly inventory: KubeObject | undefined
  readonly members: readonly Member[]
}

/**
 * Changes the inventory of a set, if that makes it say something else. Exactly the version that was read is replaced; of
 * one that another run wrote meanwhile the change is made again, so that neither forgets what the other deployed.
 *
 * @returns What it says now.
 * @throws {DeployError} `ERR_PLAN_CHANGED` if the inventory that was not there has been made by another run; or the API
 * server's refusal.
 */
export async function updateInventory(
  api: Api,
  set: ObjectSet,
  found: FoundInventory,
  change: (members: readonly Member[]) => readonly Member[],
): Promise<FoundInventory> {
  let { inventory, members } = found
  for (let round = 1; ; round += 1) {
    const wanted = change(members)
    if (isSameInventory(members, wanted)) return { inventory, members }
    const object = inventoryObject(set, wanted)
    const result = await api.apply(inventory ? onlyOver(inventory, object) : object, {
      force: true,
    })
    if (result.done) {
      if (!inventory && !result.isNew && !result.isRepeated) throw madeByOther(set)
      return { inventory: result.object, members: wanted }
    }
    if (result.status !== 409 || round === MAX_ROUNDS) {
      const attempt = { subject: subjectOf(inventoryRef(set)), verb: 'write of the inventory' }
      throw apiError(result.status, result.body, attempt)
    }
    inventory = await api.get(inventoryRef(set))
    members = membersOf(inventory)
  }
}

function madeByOther(set: ObjectSet): DeployError {
  const subject = subjectOf(inventoryRef(set))
  return new DeployError(
    'ERR_PLAN_CHANGED',
    `${subject}: appeared after the plan was made: another run deploys the same set`,
    { subject, hint: 'let it end, then look at the new plan and deploy again' },
  )
}
