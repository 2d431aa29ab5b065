import { withoutAutoscaled } from '../core/autoscaler.ts'
import { contentDigest } from '../core/content.ts'
import { driftOf } from '../core/drift.ts'
import type { Drift } from '../core/drift.ts'
import type { Member } from '../core/inventory.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import type { Api } from './api.ts'

/**
 * How far a live object is from what is asked for, as the API server reads both.
 *
 * It completes what is left to a default (`protocol: TCP`) and writes values in its own way (`1024Mi` as `1Gi`), so that
 * a comparison finds too much. What it finds is asked about with a dry run, as a plan does. To a reader who may not write
 * the inventory tells whether these very files were deployed.
 */
export async function confirmedDrift(
  api: Api,
  desired: KubeObject,
  live: KubeObject,
  { set, member }: { readonly set: ObjectSet; readonly member: Member | undefined },
): Promise<Drift> {
  const options = { set, isMember: member !== undefined }
  const drift = driftOf(desired, live, options)
  if (drift.status !== 'redeployed' && drift.status !== 'edited') return drift
  const answer = await api.apply(withoutAutoscaled(desired, live), { dryRun: true, force: true })
  if (answer.done)
    return answer.isNew ? drift : driftOf(desired, live, { ...options, read: answer.object })
  const isDeployed = member?.digest !== undefined && member.digest === contentDigest(desired)
  return answer.status === 403 && drift.status === 'redeployed' && isDeployed
    ? { status: 'none' }
    : drift
}
