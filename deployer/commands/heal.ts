import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { healSet } from '../cluster/heal.ts'
import { whileLeading } from '../cluster/leader.ts'
import { inScope } from '../cluster/scope.ts'
import { isFailure, withStepToMake } from '../core/errors.ts'
import { objectCount } from '../core/object-count.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import { readConfig } from './config.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { npmCommand } from './npm-command.ts'
import { withTarget } from './target.ts'

export interface HealCommandOptions extends CommonOptions {
  /** How long a leader that died stays leader. */
  readonly leaseSeconds: number
}

/** Stays, and puts back what is edited or deleted; one among several does, the others stand by. */
export async function heal(options: HealCommandOptions, context: CommandContext): Promise<number> {
  const config = await readConfig(options, context)
  const from = {
    environment: config.environment,
    file: config.environmentFile,
    doing: 'Healing on',
  }
  const { report, signal, now } = context
  const holder = `${hostname()}_${randomUUID().slice(0, 8)}`
  return withTarget(from, context, async (cluster) => {
    const desired = await inScope(cluster.api, config.objects, config.environment.namespace)
    const { set } = config
    const subjects = desired.map((object) => subjectOf(objectRef(object)))
    report({ event: 'subjects', subjects })
    await whileLeading(
      cluster,
      {
        set,
        holder,
        durationSeconds: options.leaseSeconds,
        now,
        signal,
        onLeader: (leader) =>
          report({
            event: 'begin',
            message:
              leader === holder
                ? `Leading as ${holder}: keeping ${objectCount(desired.length)} until stopped`
                : `Standing by: ${leader} leads`,
          }),
      },
      (lost, stillLeading) =>
        healSet(cluster, desired, {
          set,
          now,
          signal: lost,
          stillLeading,
          onHealed: (healed) => report({ event: 'healed', ...healed }),
          onWarning: (message) => report({ event: 'warning', message }),
        }).catch((error: unknown) => standDown(error, context)),
    ).catch((error: unknown) => {
      throw withStepToMake(error, `deploy first: ${npmCommand('deploy', options)}`)
    })
    report({ event: 'done', message: 'Stopped; what was deployed stays as it is' })
    return 0
  })
}

/** A server that is away at the very start is met by leading anew; Ctrl-C needs no word; the rest ends the command. */
function standDown(error: unknown, { report, signal }: CommandContext): void {
  if (signal.aborted) return
  if (!isFailure(error, 'ERR_UNREACHABLE')) throw error
  report({ event: 'warning', message: `${error.message}; trying again` })
}
