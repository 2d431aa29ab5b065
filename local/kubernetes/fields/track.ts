import type { KubeObject } from '../object.ts'
import { decode } from '../schema/decode.ts'
import type { MapShape } from '../schema/shape.ts'
import { compare } from './compare.ts'
import { difference, EMPTY, intersection, union } from './field-set.ts'
import { managerKey, ownable, readShares, writeShares } from './managers.ts'
import type { Manager, Share, Shares } from './managers.ts'

/** A write that is no apply: what changed now belongs to its manager. */
export interface TrackedWrite {
  readonly live: KubeObject | undefined
  readonly fresh: KubeObject
  readonly shape: MapShape
  readonly manager: string
  readonly apiVersion: string
  readonly subresource: string
  /** RFC 3339, whole seconds. */
  readonly now: string
}

/**
 * Records who changed what: added and changed fields go to the writer, removed ones to nobody.
 *
 * @returns `fresh` with its managedFields. A writer that sends `[{}]` gives up all records, as on a real server.
 */
export function trackUpdate(write: TrackedWrite): KubeObject {
  const { live, fresh, shape, now } = write
  const sent = fresh.metadata.managedFields
  const isReset = sent?.length === 1 && Object.keys(sent[0] ?? {}).length === 0
  if (isReset) return writeShares(fresh, new Map(), new Map(), now)
  const before = readShares(live)
  // A client that sends managedFields back (an edit, a migration) may have changed them
  const current = live && sent && sent.length > 0 ? readShares(fresh) : before
  const manager: Manager = {
    name: write.manager,
    operation: 'Update',
    apiVersion: write.apiVersion,
    subresource: write.subresource,
  }
  const base = live ?? decode({}, shape).value
  const shares = afterChange(current, compare(base, fresh, shape), manager)
  return writeShares(fresh, shares, before, now)
}

function afterChange(shares: Shares, found: ReturnType<typeof compare>, manager: Manager): Shares {
  const removed = ownable(found.removed)
  const changed = ownable(union(found.added, found.modified))
  const result = new Map<string, Share>()
  for (const [key, share] of shares) {
    const lost = union(intersection(share.set, changed), intersection(share.set, removed))
    result.set(key, { ...share, set: difference(share.set, lost) })
  }
  const own = shares.get(managerKey(manager))
  const set = union(difference(own?.set ?? EMPTY, removed), changed)
  result.set(managerKey(manager), { manager, set, time: own?.time ?? '' })
  return result
}
