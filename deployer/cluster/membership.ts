import { inventoryRef, membersOf } from '../core/inventory.ts'
import type { Member } from '../core/inventory.ts'
import { identityOf, objectRef } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'
import { updateInventory } from './update-inventory.ts'

/** What the inventory says is deployed, kept true while objects are created again. */
export interface Membership {
  readonly set: ObjectSet
  /** Whether this very incarnation was deployed. */
  names(ref: ObjectRef, uid: string | undefined): boolean
  /** Reads the inventory again: what it says of an object of this name, or that it is gone itself. */
  reread(ref: ObjectRef): Promise<Member | 'not-named' | 'no-inventory'>
  /** Writes the UID of an object that was created again. */
  replace(object: KubeObject): Promise<void>
}

/** @returns undefined if nothing is deployed. */
export async function readMembership(api: Api, set: ObjectSet): Promise<Membership | undefined> {
  const inventory = await api.get(inventoryRef(set))
  if (!inventory) return undefined
  let members = membersOf(inventory)
  let writing = Promise.resolve()
  const reread = async () => {
    const now = await api.get(inventoryRef(set))
    members = membersOf(now)
    return now
  }
  return {
    set,
    names: (ref, uid) => find(members, ref)?.uid === uid && uid !== undefined,
    reread: async (ref) =>
      (await reread()) ? (find(members, ref) ?? 'not-named') : 'no-inventory',
    replace: (object) => {
      const write = async (before: Promise<void>) => {
        // one after the other: each writes the whole list
        await before.catch(() => undefined)
        const inventory = await reread()
        const found = { inventory, members }
        const after = await updateInventory(api, set, found, (now) => withUid(now, object))
        members = after.members
      }
      writing = write(writing)
      return writing
    },
  }
}

function find(members: readonly Member[], ref: ObjectRef): Member | undefined {
  return members.find((member) => identityOf(member) === identityOf(ref))
}

function withUid(members: readonly Member[], object: KubeObject): readonly Member[] {
  const { uid } = object.metadata
  const ref = objectRef(object)
  return members.map((member) =>
    identityOf(member) === identityOf(ref) && uid !== undefined ? madeAgain(member, uid) : member,
  )
}

/** What was adopted is gone; the new one is ours from the start. */
function madeAgain(member: Member, uid: string): Member {
  return { ...member, uid, prior: undefined }
}
