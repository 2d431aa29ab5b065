import { DeployError } from '../core/errors.ts'
import { collectionPath, objectPath } from '../core/kinds.ts'
import { claimedLease, holderOf } from '../core/lease.ts'
import type { LeaseClaim } from '../core/lease.ts'
import { subjectOf } from '../core/object.ts'
import type { KubeObject, ObjectRef } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { apiError } from './api-error.ts'
import type { Cluster } from './connect.ts'

/** The Lease of a set: whoever holds it may put back its objects. */
export function leaseRef(set: ObjectSet): ObjectRef & { readonly namespace: string } {
  const name = `heal-${set.name}`
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: set.namespace, name }
}

/**
 * Creates or replaces the Lease, by its resourceVersion.
 *
 * @returns undefined if somebody was faster.
 */
export async function writeLease(
  { api, transport }: Cluster,
  before: KubeObject | undefined,
  claim: LeaseClaim,
  now: number,
): Promise<KubeObject | undefined> {
  const lease = claimedLease(before, claim, now)
  const ref = { apiVersion: lease.apiVersion, kind: lease.kind, ...claim }
  const kind = await api.kindOf(lease)
  const answer = await transport.request(
    before
      ? { method: 'PUT', path: objectPath(kind, ref), body: lease }
      : { method: 'POST', path: collectionPath(kind, claim.namespace), body: lease },
  )
  if (answer.status < 300) return answer.body as KubeObject
  if (answer.status === 409) return undefined
  if (!before && answer.status === 404) throw noNamespace(ref)
  throw apiError(answer.status, answer.body, { subject: subjectOf(ref), verb: 'lease' })
}

/** Where the namespace is made by a deploy, there was none. */
function noNamespace(ref: ObjectRef): DeployError {
  const subject = subjectOf(ref)
  return new DeployError(
    'ERR_NOT_FOUND',
    `${subject}: nothing is deployed here: there is no namespace ${ref.namespace}`,
    { subject },
  )
}

/** Ctrl-C, too, waits for this long at most. */
const RELEASE_MS = 500

/** Gives the Lease back, so that the next one need not wait for its end; also after the run was interrupted. */
export async function releaseLease(
  cluster: Cluster,
  claim: LeaseClaim,
  now: () => number,
): Promise<void> {
  const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...claim }
  const bounded = cluster.within(AbortSignal.timeout(RELEASE_MS))
  const lease = await bounded.api.get(ref)
  if (!lease || holderOf(lease) !== claim.holder) return
  await writeLease(bounded, lease, { ...claim, holder: undefined, durationSeconds: 1 }, now())
}
