import { isAmong } from '../core/missing-object.ts'
import { at, listAt, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { Surroundings } from '../core/verdict.ts'

/** What the watches have seen around the objects that are waited for. */
export interface Seen extends Surroundings {
  put(object: KubeObject): void
  remove(object: KubeObject): void
  /** UIDs of the object itself and of its owners, upwards. */
  lineOf(object: KubeObject): readonly string[]
}

/** @param applied What this deploy has applied, so that it is expected to be there. */
export function createSeen(applied: readonly KubeObject[]): Seen {
  const byUid = new Map<string, KubeObject>()
  const children = new Map<string, Set<string>>()
  const events = new Map<string, Map<string, KubeObject>>()
  const put = (object: KubeObject) => {
    const uid = uidOf(object)
    byUid.set(uid, object)
    const owner = ownerUid(object)
    if (owner !== undefined) entry(children, owner, () => new Set()).add(uid)
  }
  return {
    put: (object) => {
      if (object.kind === 'Event') {
        entry(events, involvedUid(object), () => new Map()).set(uidOf(object), object)
      } else put(object)
    },
    remove: (object) => {
      if (object.kind === 'Event') events.get(involvedUid(object))?.delete(uidOf(object))
      byUid.delete(uidOf(object))
      children.get(ownerUid(object) ?? '')?.delete(uidOf(object))
    },
    lineOf: (object) => lineOf(object, byUid),
    childrenOf: (owner) =>
      [...(children.get(uidOf(owner)) ?? [])].flatMap((uid) => byUid.get(uid) ?? []),
    eventsOf: (object) => [...(events.get(uidOf(object))?.values() ?? [])],
    isExpected: isAmong(applied),
  }
}

function lineOf(object: KubeObject, byUid: ReadonlyMap<string, KubeObject>): readonly string[] {
  if (object.kind === 'Event') {
    const about = byUid.get(involvedUid(object))
    return about === undefined ? [involvedUid(object)] : lineOf(about, byUid)
  }
  const owner = ownerUid(object)
  if (owner === undefined) return [uidOf(object)]
  const parent = byUid.get(owner)
  return [uidOf(object), ...(parent === undefined ? [owner] : lineOf(parent, byUid))]
}

function ownerUid(object: KubeObject): string | undefined {
  const owner = listAt(object, 'metadata', 'ownerReferences').find(
    (one) => at(one, 'controller') === true,
  )
  return textAt(owner, 'uid')
}

function involvedUid(event: KubeObject): string {
  return textAt(event, 'involvedObject', 'uid') ?? ''
}

function uidOf({ metadata }: KubeObject): string {
  return metadata.uid ?? metadata.name
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}
