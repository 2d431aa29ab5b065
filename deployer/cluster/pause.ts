import { randomUUID } from 'node:crypto'
import type { LeaseClaim } from '../core/lease.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Cluster } from './connect.ts'
import { leaseRef, releaseLease, writeLease } from './lease.ts'

/** A deploy that dies holds healers off no longer than this. */
const PAUSE_SECONDS = 300

/**
 * Runs `work` while no healer of the set writes: what a deploy replaces must not be put back by an older one in between.
 * Costs one GET where nobody heals.
 */
export async function withHealersPaused<T>(
  cluster: Cluster,
  set: ObjectSet,
  now: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const claim = {
    ...leaseRef(set),
    holder: `deployer-${randomUUID()}`,
    durationSeconds: PAUSE_SECONDS,
  }
  if (!(await takeOver(cluster, claim, now))) return work()
  try {
    return await work()
  } finally {
    await releaseLease(cluster, claim, now).catch(() => undefined)
  }
}

/** Takes the Lease whoever holds it; a healer asks before each write whether it still leads. */
async function takeOver(cluster: Cluster, claim: LeaseClaim, now: () => number): Promise<boolean> {
  const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...claim }
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const lease = await cluster.api.get(ref)
    if (!lease) return false
    if (await writeLease(cluster, lease, claim, now())) return true
  }
  return false
}

/** Deletes the Lease of a set that is gone. */
export async function removeLease({ api }: Cluster, set: ObjectSet): Promise<void> {
  const lease = await api.get(leaseRef(set))
  if (lease?.metadata.uid !== undefined) await api.remove(leaseRef(set), lease.metadata.uid)
}
