import { isDeepStrictEqual } from 'node:util'
import { withoutAutoscaled } from '../core/autoscaler.ts'
import { changesBetween } from '../core/changes.ts'
import type { Change } from '../core/changes.ts'
import { contentDigest } from '../core/content.ts'
import { driftOf } from '../core/drift.ts'
import { ownedFields } from '../core/managed-fields.ts'
import type { Member } from '../core/inventory.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { isNoNewer } from '../core/resource-version.ts'
import { deletesItself } from '../core/short-lived.ts'
import { removalOf } from '../core/rivals.ts'
import type { Rival } from '../core/rivals.ts'
import type { Api } from './api.ts'
import { apiError } from './api-error.ts'
import type { Membership } from './membership.ts'
import { putRight } from './put-right.ts'

/** What was done about one object, and what had been found. */
export interface Healed {
  readonly subject: string
  readonly did: 'put back' | 'created again' | 'deleted to be created again'
  /** Managers that own the edited fields; empty if they were removed. */
  readonly managers: readonly string[]
  /** `before` is what was found, `after` what was deployed; Secrets masked. */
  readonly changes: readonly Change[]
}

export interface LookOptions {
  readonly api: Api
  readonly membership: Membership
  /** Asked before each write: whoever no longer leads must not write. */
  readonly stillLeading: () => Promise<boolean>
  readonly onHealed: (healed: Healed) => void
  readonly onWarning: (message: string) => void
}

/** `not-leading`: somebody else may write now, as a deploy does; to be tried again while we are not told to stop. */
export type Mended = 'written' | 'nothing' | 'not-leading'

/** Drift that was found, and the way to mend it. */
export interface Found {
  readonly subject: string
  readonly managers: readonly string[]
  /** Nobody edited it: it was deleted. */
  readonly isGone: boolean
  heal(): Promise<Mended>
}

/** Why the object stays as it is found. */
const NEWER = 'another deploy gave it other values; start heal again with its files'
const GONE = {
  'not-named': 'no longer in the inventory, so a deploy pruned or destroyed it',
  'no-inventory':
    'it is gone together with the inventory: all was destroyed, or its namespace deleted',
}

type Look = (live: KubeObject | undefined) => Promise<Found | undefined>

/**
 * Looks at one object again and again; what it says twice in a row, it says once.
 *
 * What a newer deploy asked for is never undone: once the inventory has another digest than ours, the object is left to
 * whoever has the newer files, whatever becomes of it. A Secret has no digest, so that only what was seen of it counts.
 */
export function lookerAt(desired: KubeObject, options: LookOptions): Look {
  const { api, membership } = options
  const ref = objectRef(desired)
  const subject = subjectOf(ref)
  const digest = contentDigest(desired)
  let settled: KubeObject | undefined
  let isSuperseded = false
  let said = ''
  /** @param about Tells two occasions of one message apart. */
  const warnOnce = (message: string, about: unknown = '') => {
    const key = JSON.stringify([message, about])
    if (said !== key) options.onWarning(`${subject}: left alone: ${message}`)
    said = key
  }
  /** @returns undefined where the inventory cannot tell. */
  const isAsDeployed = (member: Member | string) =>
    typeof member === 'string' || member.digest === undefined || digest === undefined
      ? undefined
      : member.digest === digest
  const isOutdated = (member: Member | string) => !(isAsDeployed(member) ?? !isSuperseded)
  const createAgain = async (): Promise<Mended> => {
    const member = await membership.reread(ref)
    if (typeof member === 'string') {
      warnOnce(GONE[member])
      return 'nothing'
    }
    if (isOutdated(member)) {
      warnOnce(`it was deleted, and ${NEWER}`)
      return 'nothing'
    }
    if (!(await options.stillLeading())) return 'not-leading'
    settled = await applyForced(api, desired, 'create')
    await membership.replace(settled)
    options.onHealed({ subject, did: 'created again', managers: [], changes: [] })
    return 'written'
  }
  const putBack = async (
    live: KubeObject,
    found: Omit<Healed, 'subject' | 'did'>,
  ): Promise<Mended> => {
    if (!(await options.stillLeading())) return 'not-leading'
    const { after, takenOut } = await putRight(api, withoutAutoscaled(desired, live), live)
    settled = after ?? settled
    // what the API server reads as the same, written in another way, was no drift
    if (after && isSame(live, after)) return 'nothing'
    const did = after ? 'put back' : 'deleted to be created again'
    options.onHealed({ subject, did, ...withTakenOut(found, live, takenOut) })
    return 'written'
  }
  return async (seen) => {
    // a watch by label cannot tell a deleted object from one that lost its label
    const live = seen ?? (await api.get(ref))
    // a controller wrote beside the edit, and a watch tells it after we put the edit back
    if (live && settled && isNoNewer(live, settled)) return undefined
    const isMember = membership.names(ref, live?.metadata.uid)
    const drift = driftOf(desired, live, { set: membership.set, isMember })
    switch (drift.status) {
      case 'none':
        isSuperseded = false
        return undefined
      case 'terminating':
        return undefined
      case 'foreign':
        warnOnce(drift.reason)
        return undefined
      case 'redeployed':
        // what the API server reads as the same, written in another way
        if (isAsDeployed(await membership.reread(ref)) === true) return undefined
        isSuperseded = true
        warnOnce(NEWER)
        return undefined
      case 'missing':
        if (deletesItself(desired)) {
          warnOnce('it deletes itself when it is done; only a deploy runs it again')
          return undefined
        }
        return { subject, managers: [], isGone: true, heal: createAgain }
      case 'edited': {
        if (!live || (settled && isSame(settled, live))) return undefined
        const { managers, changes } = drift
        if (isOutdated(await membership.reread(ref))) {
          const paths = changes.map(({ path }) => path).join(', ')
          warnOnce(`${managers.join(', ') || 'somebody'} changed ${paths}, and ${NEWER}`, changes)
          return undefined
        }
        return {
          subject,
          managers,
          isGone: false,
          heal: () => putBack(live, { managers, changes }),
        }
      }
      default:
        return drift satisfies never
    }
  }
}

/** What was found, with the fields that could not stand beside ours and with their owners. */
function withTakenOut(
  { managers, changes }: Omit<Healed, 'subject' | 'did'>,
  live: KubeObject,
  takenOut: readonly Rival[],
): Omit<Healed, 'subject' | 'did'> {
  const told = takenOut.filter(({ path }) => !changes.some((one) => path.startsWith(one.path)))
  return {
    managers: [...new Set([...managers, ...takenOut.flatMap((rival) => rival.managers)])],
    changes: [...changes, ...told.map((rival) => removalOf(rival, live))],
  }
}

/** Whether nothing differs but what the API server counts and what a status says. */
function isSame(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    changesBetween(a, b).length === 0 &&
    isDeepStrictEqual(ownedFields(a), ownedFields(b))
  )
}

async function applyForced(api: Api, desired: KubeObject, verb: string): Promise<KubeObject> {
  const result = await api.apply(desired, { force: true })
  if (result.done) return result.object
  throw apiError(result.status, result.body, { subject: subjectOf(objectRef(desired)), verb })
}
