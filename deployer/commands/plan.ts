import type { Api } from '../cluster/api.ts'
import { missingReferences } from '../cluster/missing-references.ts'
import type { OnLost } from '../cluster/lost-inventory.ts'
import { makePlan } from '../cluster/plan.ts'
import { inScope } from '../cluster/scope.ts'
import { countActions, isNoOp } from '../core/plan.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import { subjectOf } from '../core/object.ts'
import { refuseReplacingAll } from '../core/replaces-all.ts'
import { readConfig } from './config.ts'
import type { CommandContext, CommonOptions, Takeovers } from './context.ts'
import { npmCommand } from './npm-command.ts'
import { notListed } from './not-listed.ts'
import { withTarget } from './target.ts'

export interface PlanCommandOptions extends CommonOptions, Takeovers {
  /** 0 nothing to do, 1 something to do, above 1 an error: as `kubectl diff`. */
  readonly exitCode?: boolean
}

/** Shows what a deploy would do, and writes nothing. */
export async function plan(options: PlanCommandOptions, context: CommandContext): Promise<number> {
  const config = await readConfig(options, context)
  const from = {
    environment: config.environment,
    file: config.environmentFile,
    doing: 'Planning against',
  }
  return withTarget(from, context, async ({ api }) => {
    const objects = await inScope(api, config.objects, config.environment.namespace)
    const made = await makePlan(api, objects, {
      set: config.set,
      ...takeovers(options),
      onLost: lossTeller(context),
    })
    reportPlan(made.plan, context, true)
    if (options.replaceAll !== true) refuseReplacingAll(made.plan, config.set)
    await warnOfMissing(api, made.plan, context)
    if (!isNoOp(made.plan)) {
      context.report({ event: 'next', command: npmCommand('deploy', options) })
    }
    return options.exitCode === true && !isNoOp(made.plan) ? 1 : 0
  })
}

/** Says that the inventory is gone, and what could not be looked for because of it. */
export function lossTeller({ report }: CommandContext): OnLost {
  return (hidden) => {
    report({ event: 'warning', message: LOST })
    if (hidden.length > 0) report({ event: 'warning', message: notListed(hidden) })
  }
}

const LOST =
  'The inventory of this set is gone, although objects carry its label: all that carries it was looked for, and what is not in the manifests is pruned'

/** What only the pods will find out. */
export async function warnOfMissing(
  api: Api,
  made: Plan,
  { report }: CommandContext,
): Promise<void> {
  for (const message of await missingReferences(api, made)) report({ event: 'warning', message })
}

/** One line per object, then the counts. */
export function reportPlan(made: Plan, { report }: CommandContext, product: boolean): void {
  for (const entry of made.entries) reportEntry(entry, { report }, product)
  report({
    event: 'plan',
    id: made.id,
    counts: countActions(made.entries.map(({ action }) => action)),
  })
}

/** One line and the changed paths below it. */
export function reportEntry(
  { ref, action, reason, changes, healed }: PlanEntry,
  { report }: Pick<CommandContext, 'report'>,
  product: boolean,
): void {
  const taken = (healed ?? []).map(({ path, manager }) => `${path} taken back from ${manager}`)
  const why = [reason, ...taken].filter((part) => part !== undefined).join('; ')
  report({
    event: 'planned',
    subject: subjectOf(ref),
    action,
    ...(why === '' ? {} : { reason: why }),
    changes,
    product,
  })
}

/** The flags, as plan and apply take them. */
export function takeovers({ adopt, forceConflicts }: Takeovers) {
  return { adopt: adopt === true, forceConflicts: forceConflicts === true }
}
