import type { Api } from '../cluster/api.ts'
import { confirmedDrift } from '../cluster/confirmed-drift.ts'
import { readLiveSet } from '../cluster/live-set.ts'
import { inScope } from '../cluster/scope.ts'
import type { LiveSet } from '../cluster/live-set.ts'
import type { Change } from '../core/changes.ts'
import { addedKeys } from '../core/added-keys.ts'
import type { Drift } from '../core/drift.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { readiness } from '../core/readiness.ts'
import type { ReportEvent } from '../report/events.ts'
import { readConfig } from './config.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { npmCommand } from './npm-command.ts'
import { withTarget } from './target.ts'

/**
 * Shows each object's readiness, whether it is as it was deployed, and its age; writes nothing.
 *
 * @returns 0 only if every object is current and none has drifted, else 1.
 */
export async function status(options: CommonOptions, context: CommandContext): Promise<number> {
  const config = await readConfig(options, context)
  const from = {
    environment: config.environment,
    file: config.environmentFile,
    doing: 'Looking at',
  }
  return withTarget(from, context, async ({ api }) => {
    const desired = await inScope(api, config.objects, config.environment.namespace)
    const live = await readLiveSet(api, desired.map(objectRef), config.set)
    const known = { set: config.set, now: context.now() }
    const lines = await Promise.all(desired.map((object) => describe(api, object, live, known)))
    context.report({ event: 'subjects', subjects: lines.map(({ subject }) => subject) })
    for (const line of lines) context.report({ event: 'status', ...line })
    const current = lines.filter(({ state }) => state === 'current').length
    const drifted = lines.filter(({ drift }) => drift !== undefined).length
    const message = `${current} of ${lines.length} objects current, ${drifted} drifted`
    const isRight = current === lines.length && drifted === 0
    context.report({ event: isRight ? 'done' : 'warning', message })
    const isToDeploy = drifted > 0 || lines.some(({ state }) => state === 'not-found')
    if (isToDeploy) context.report({ event: 'next', command: npmCommand('plan', options) })
    return isRight ? 0 : 1
  })
}

type Line = Omit<Extract<ReportEvent, { readonly event: 'status' }>, 'event'>

async function describe(
  api: Api,
  desired: KubeObject,
  { members, liveByIdentity }: LiveSet,
  { set, now }: { readonly set: ObjectSet; readonly now: number },
): Promise<Line> {
  const ref = objectRef(desired)
  const subject = subjectOf(ref)
  const live = liveByIdentity.get(identityOf(ref))
  if (!live) return { subject, state: 'not-found' }
  const ready = readiness(live)
  const member = members.find(({ uid }) => uid !== undefined && uid === live.metadata.uid)
  const drift = driftText(await confirmedDrift(api, desired, live, { set, member }))
  const why = 'reason' in ready ? ready.reason : undefined
  const reasons = [why, drift, addedKeys(desired, live)].filter((part) => part !== undefined)
  return {
    subject,
    state: ready.status,
    age: age(live.metadata.creationTimestamp, now),
    ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}),
    ...(drift === undefined ? {} : { drift }),
  }
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
