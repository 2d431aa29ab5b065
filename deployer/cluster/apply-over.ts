import { expectedAfter } from '../core/expected.ts'
import { needsMigration } from '../core/migration.ts'
import { onlyOver } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { rivalsOf } from '../core/rivals.ts'
import type { Rival } from '../core/rivals.ts'
import { takenManagers } from '../core/takeover.ts'
import type { Api, Outcome, Refused } from './api.ts'

/**
 * Applies over exactly one version of a live object. What is to go and is not ours (rivals, and the fields of client-side
 * apply) is given to us first, in that version too, so that the apply takes it away.
 *
 * A run that dies between the two leaves every value as it was, and the next apply goes on from there.
 *
 * @returns the refusal of whichever of the two was refused; 409 if the object changed.
 */
export async function applyOver(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  { rivals, force }: { readonly rivals: readonly Rival[]; readonly force: boolean },
): Promise<Outcome> {
  const isGiven = rivals.length > 0 || needsMigration(live)
  const base = isGiven ? await api.writeManagers(live, takenManagers(live, rivals)) : undefined
  if (base?.done === false) return base
  return api.apply(onlyOver(base?.object ?? live, desired), { force })
}

/**
 * Finds what a refused apply cannot stand beside, and tries the object without it. Writes nothing.
 *
 * @returns undefined if there is nothing of the sort, or if it would not help.
 */
export async function tryWithoutRivals(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  refused: Refused,
): Promise<{ readonly rivals: readonly Rival[]; readonly answer: KubeObject } | undefined> {
  const rivals = refused.status === 422 ? rivalsOf(live, desired, refused.body) : []
  if (rivals.length === 0) return undefined
  const result = await api.tryWrite(live, expectedAfter(live, desired, rivals))
  return result.done ? { rivals, answer: result.object } : undefined
}
