import type { Api } from '../cluster/api.ts'
import { confirmedDrift } from '../cluster/confirmed-drift.ts'
import type { LiveSet } from '../cluster/live-set.ts'
import { addedKeys } from '../core/added-keys.ts'
import { addedToTemplate } from '../core/added-to-template.ts'
import type { Change } from '../core/changes.ts'
import type { Drift } from '../core/drift.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { verdict } from '../core/verdict.ts'
import type { Surroundings, Verdict } from '../core/verdict.ts'
import type { ReportEvent } from '../report/events.ts'

/** How one object was found, and the words for it. */
export interface Standing {
  readonly line: Omit<Extract<ReportEvent, { readonly event: 'status' }>, 'event'>
  readonly drift: Drift
  /** Absent if the object is. */
  readonly verdict?: Verdict
}

/** What all objects are compared with. */
export interface StandingOptions {
  readonly set: ObjectSet
  readonly live: LiveSet
  readonly around: Surroundings
  readonly now: number
}

/** Compares one object with what is live: is it there, is it ready, and if not why, is it as it was deployed. */
export async function standingOf(
  api: Api,
  desired: KubeObject,
  { set, live: { members, liveByIdentity }, around, now }: StandingOptions,
): Promise<Standing> {
  const ref = objectRef(desired)
  const subject = subjectOf(ref)
  const live = liveByIdentity.get(identityOf(ref))
  if (!live) return { line: { subject, state: 'not-found' }, drift: { status: 'missing' } }
  const found = verdict(live, around)
  const member = members.find(({ uid }) => uid !== undefined && uid === live.metadata.uid)
  const drift = await confirmedDrift(api, desired, live, { set, member })
  const said = driftText(drift)
  const reasons = [
    reasonOf(live, found, around),
    said,
    addedKeys(desired, live),
    addedToTemplate(live),
  ]
  const reason = reasons.filter((part) => part !== undefined).join('; ')
  const line = {
    subject,
    state: found.readiness.status,
    ...(found.readiness.status === 'failed' ? { cause: found.readiness.cause } : {}),
    age: age(live.metadata.creationTimestamp, now),
    ...(reason === '' ? {} : { reason }),
    ...(said === undefined ? {} : { drift: said }),
  }
  return { line, drift, verdict: found }
}

/** What the object says, and what the pod says that keeps it from being ready. */
function reasonOf(
  live: KubeObject,
  { readiness, culprit }: Verdict,
  around: Surroundings,
): string | undefined {
  const own = 'reason' in readiness ? readiness.reason : undefined
  const pod = `pod ${culprit.metadata.name}`
  if (culprit === live || culprit.kind !== 'Pod' || own?.startsWith(pod) === true) return own
  const its = verdict(culprit, around).readiness
  return 'reason' in its ? `${own}; ${pod}: ${its.reason}` : own
}

function driftText(drift: Drift): string | undefined {
  switch (drift.status) {
    case 'none':
    case 'missing':
    case 'terminating':
      return undefined
    case 'foreign':
      return `not ours: ${drift.reason}`
    case 'redeployed':
      return `deployed with other values than these files have: ${paths(drift.changes)}`
    case 'edited': {
      const who = drift.managers.length > 0 ? `edited by ${drift.managers.join(', ')}` : 'removed'
      return `${who}: ${paths(drift.changes)}`
    }
    default:
      return drift satisfies never
  }
}

function paths(changes: readonly Change[]): string {
  return changes.map(({ path }) => path).join(', ')
}

/** As kubectl shows it: the largest unit that fits. */
function age(created: string | undefined, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(created ?? '')) / 1_000))
  if (Number.isNaN(seconds)) return ''
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}
