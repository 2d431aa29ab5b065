import { readLiveSet } from '../cluster/live-set.ts'
import { lookAround } from '../cluster/look-around.ts'
import { inScope } from '../cluster/scope.ts'
import { objectCount } from '../core/object-count.ts'
import { identityOf, objectRef } from '../core/object.ts'
import { readConfig } from './config.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { standingOf } from './status-line.ts'
import { nextSteps } from './status-next.ts'
import { withTarget } from './target.ts'

/**
 * Shows each object's readiness and what keeps it from being ready, whether it is as it was deployed, and its age; writes
 * nothing.
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
  const { set } = config
  const { namespace } = config.environment
  const { report } = context
  return withTarget(from, context, async ({ api }) => {
    const desired = await inScope(api, config.objects, namespace)
    const live = await readLiveSet(api, desired.map(objectRef), set)
    const found = desired.flatMap(
      (one) => live.liveByIdentity.get(identityOf(objectRef(one))) ?? [],
    )
    const around = await lookAround(api, found, {
      set,
      onBlind: (kind, { message }) =>
        report({ event: 'warning', message: `no ${kind} is looked at: ${message}` }),
    })
    const known = { set, live, around, now: context.now() }
    const standings = await Promise.all(desired.map((one) => standingOf(api, one, known)))
    const lines = standings.map(({ line }) => line)
    report({ event: 'subjects', subjects: lines.map(({ subject }) => subject) })
    for (const line of lines) report({ event: 'status', ...line })
    const current = lines.filter(({ state }) => state === 'current').length
    const drifted = lines.filter(({ drift }) => drift !== undefined).length
    const message = `${current} of ${objectCount(lines.length)} current, ${drifted} drifted`
    const isRight = current === lines.length && drifted === 0
    report({ event: isRight ? 'done' : 'warning', message })
    for (const command of nextSteps(standings, options, namespace)) {
      report({ event: 'next', command })
    }
    return isRight ? 0 : 1
  })
}
