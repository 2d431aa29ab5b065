import { readLiveSet } from '../cluster/plan.ts'
import { inScope } from '../cluster/scope.ts'
import { isApplied } from '../core/managed-fields.ts'
import { identityOf, objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { readiness } from '../core/readiness.ts'
import { readConfig } from './config.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { withTarget } from './target.ts'

/** Shows each object's readiness, whether it is as the manifests say, and its age; writes nothing. */
export async function status(options: CommonOptions, context: CommandContext): Promise<number> {
  const config = await readConfig(options, context)
  const from = {
    environment: config.environment,
    file: config.environmentFile,
    doing: 'Looking at',
  }
  return withTarget(from, context, async ({ api }) => {
    const desired = await inScope(api, config.objects, config.environment.namespace)
    const { liveByIdentity } = await readLiveSet(api, desired.map(objectRef), config.set)
    const states = desired.map((object) => {
      const live = liveByIdentity.get(identityOf(objectRef(object)))
      const line = describe(object, live, context.now())
      context.report({ event: 'status', subject: subjectOf(objectRef(object)), ...line })
      return line.state
    })
    const current = states.filter((state) => state === 'current').length
    context.report({ event: 'done', message: `${current} of ${states.length} objects current` })
    return 0
  })
}

function describe(desired: KubeObject, live: KubeObject | undefined, now: number) {
  if (!live) return { state: 'not-found' }
  const ready = readiness(live)
  const drift = isApplied(desired, live) ? undefined : 'may differ from the manifests, see plan'
  const reasons = ['reason' in ready ? ready.reason : undefined, drift].filter(
    (part) => part !== undefined,
  )
  return {
    state: ready.status,
    age: age(live.metadata.creationTimestamp, now),
    ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}),
  }
}

/** As kubectl shows it: the largest unit that fits. */
function age(created: string | undefined, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(created ?? '')) / 1_000))
  if (Number.isNaN(seconds)) return ''
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}
