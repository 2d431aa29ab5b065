import { setTimeout as sleep } from 'node:timers/promises'
import { DeployError } from '../core/errors.ts'
import { holderOf, leaseStep } from '../core/lease.ts'
import type { ObservedLease } from '../core/lease.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Cluster } from './connect.ts'
import { leaseRef, releaseLease, writeLease } from './lease.ts'

/** How a candidate stands for one Lease. */
export interface Candidate {
  readonly set: ObjectSet
  /** Unique among all candidates. */
  readonly holder: string
  readonly durationSeconds: number
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called once for each change: who leads now. */
  readonly onLeader: (holder: string) => void
}

/** What a leader can ask before it writes: true while the Lease on the server still names it. */
export type StillLeading = () => Promise<boolean>

/**
 * Runs `work` whenever this candidate leads, until `signal` ends it or `work` throws; then gives the Lease back.
 *
 * `lost` is aborted when the Lease could not be renewed for two thirds of its duration: before anybody else may take it.
 */
export async function whileLeading(
  cluster: Cluster,
  candidate: Candidate,
  work: (lost: AbortSignal, stillLeading: StillLeading) => Promise<void>,
): Promise<void> {
  const claim = claimant(cluster, candidate)
  const renewMs = (candidate.durationSeconds * 1_000) / 3
  while (!candidate.signal.aborted) {
    if (await claim.tryToLead()) {
      const ended = new AbortController()
      const lost = AbortSignal.any([candidate.signal, ended.signal])
      const renewing = renew(claim, renewMs, lost).finally(() => ended.abort())
      try {
        await Promise.all([work(lost, claim.stillLeading).finally(() => ended.abort()), renewing])
      } finally {
        await claim.release()
      }
    }
    await sleep(renewMs / 2, undefined, { signal: candidate.signal }).catch(() => undefined)
  }
}

/** Returns when the Lease is lost, or `signal` ended it. */
async function renew(claim: Claimant, renewMs: number, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted && failures < 2;) {
    await sleep(renewMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    // bounded, because a request to a server that is gone would be tried again beyond the Lease's end
    const isRenewed = await Promise.race([
      claim.tryToLead(),
      sleep(renewMs, undefined, { ref: false }),
    ])
    if (isRenewed === false) return
    failures = isRenewed === true ? 0 : failures + 1
  }
}

interface Claimant {
  /** @returns false if another leads; undefined if the server gave no answer. */
  tryToLead(): Promise<boolean | undefined>
  readonly stillLeading: StillLeading
  release(): Promise<void>
}

function claimant(cluster: Cluster, candidate: Candidate): Claimant {
  const { set, holder, durationSeconds, now, onLeader } = candidate
  const claim = { ...leaseRef(set), holder, durationSeconds }
  let observed: ObservedLease | undefined
  let leader: string | undefined
  const see = (lease: KubeObject | undefined) => {
    const isSame = lease?.metadata.resourceVersion === observed?.lease.metadata.resourceVersion
    if (!lease) observed = undefined
    else if (!isSame) observed = { lease, sinceMs: now() }
    const current = lease && holderOf(lease)
    if (current !== undefined && current !== leader) onLeader(current)
    leader = current ?? leader
  }
  const lead = async () => {
    see(await cluster.api.get(leaseRef(set)))
    if (leaseStep(observed, holder, now()) === 'wait') return false
    const written = await writeLease(cluster, observed?.lease, claim, now())
    if (written) see(written)
    return written !== undefined
  }
  return {
    tryToLead: () =>
      lead().catch((error: unknown) => {
        if (!candidate.signal.aborted) unlessRefused(error)
        return undefined
      }),
    stillLeading: async () => {
      const lease = await cluster.api.get(leaseRef(set))
      return lease !== undefined && holderOf(lease) === holder
    },
    release: () => releaseLease(cluster, claim, now).catch(() => undefined),
  }
}

/** A server that is away comes back; one that refuses will refuse again. */
function unlessRefused(error: unknown): void {
  const isRefusal =
    error instanceof DeployError && /FORBIDDEN|INVALID|ADMISSION|NOT_FOUND/.test(error.code)
  if (isRefusal || !(error instanceof DeployError)) throw error
}
