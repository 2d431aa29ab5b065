import type { Api } from '../cluster/api.ts'
import { missingReferences } from '../cluster/missing-references.ts'
import type { OnLost } from '../cluster/lost-inventory.ts'
import { makePlan } from '../cluster/plan.ts'
import { inScope } from '../cluster/scope.ts'
import { explainUnserved } from '../cluster/unserved.ts'
import { unmatchedServices } from '../cluster/unmatched-services.ts'
import { countActions, isNoOp } from '../core/plan.ts'
import type { Plan, PlanEntry } from '../core/plan.ts'
import { subjectOf } from '../core/object.ts'
import { staleSecrets } from '../core/stale-secrets.ts'
import { rivalText } from '../core/rivals.ts'
import { refuseReplacingAll } from '../core/replaces-all.ts'
import type { Report, Untried } from '../report/events.ts'
import { readConfig } from './config.ts'
import type { Config } from './config.ts'
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
    const { plan: made } = await showPlan(api, config, options, { ...context, product: true })
    if (!isNoOp(made)) context.report({ event: 'next', command: npmCommand('deploy', options) })
    return options.exitCode === true && !isNoOp(made) ? 1 : 0
  })
}

/** Plans, shows it, and refuses or warns of what the API server would not. */
export async function showPlan(api: Api, config: Config, options: Takeovers, showing: Showing) {
  return planAndShow(api, config, options, showing).catch(async (error: unknown) => {
    throw await explainUnserved(error, api, config.objects, config.environment)
  })
}

async function planAndShow(
  api: Api,
  { objects: asked, environment, set }: Config,
  options: Takeovers,
  { report, product }: Showing,
) {
  const objects = await inScope(api, asked, environment.namespace)
  const onLost = lossTeller(report)
  const made = await makePlan(api, objects, { set, ...takeovers(options), onLost })
  reportPlan(made.plan, { report, product })
  if (options.replaceAll !== true) refuseReplacingAll(made.plan, set)
  const warnings = [missingReferences(api, made.plan), unmatchedServices(api, made.plan)]
  for (const message of [...(await Promise.all(warnings)).flat(), ...staleSecrets(made.plan)]) {
    report({ event: 'warning', message })
  }
  return { ...made, objects }
}

interface Showing {
  readonly report: Report
  /** Whether the plan is what the command is for. */
  readonly product: boolean
}

/** Says that the inventory is gone, and what could not be looked for because of it. */
function lossTeller(report: Report): OnLost {
  return (hidden) => {
    report({ event: 'warning', message: LOST })
    if (hidden.length > 0) report({ event: 'warning', message: notListed(hidden) })
  }
}

const LOST =
  'The inventory of this set is gone, although objects carry its label: all that carries it was looked for, and what is not in the manifests is pruned'

/** One line per object, then the counts. */
function reportPlan(made: Plan, { report, product }: Showing): void {
  report({ event: 'subjects', subjects: made.entries.map(({ ref }) => subjectOf(ref)) })
  const untried = sharedReasons(made)
  const reasons = untried.map(({ reason }) => reason)
  for (const entry of made.entries) reportEntry(entry, { report, product }, reasons)
  report({
    event: 'plan',
    id: made.id,
    counts: countActions(made.entries.map(({ action }) => action)),
    ...(untried.length === 0 ? {} : { untried }),
  })
}

/** Why several objects could not be tried: as nothing in a namespace that the same deploy makes. */
function sharedReasons({ entries }: Plan): readonly Untried[] {
  const reasons = entries.flatMap(({ isUntried, reason }) => (isUntried && reason) || [])
  return [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, all]) => ({ reason, count: all.length }))
    .filter(({ count }) => count > 1)
}

/**
 * One line and the changed paths below it.
 *
 * @param shared Reasons that are told of several entries at once.
 */
export function reportEntry(
  { ref, action, reason, changes, healed, rivals }: PlanEntry,
  { report, product }: Showing,
  shared: readonly string[] = [],
): void {
  const taken = (healed ?? []).map(({ path, manager }) => `${path} taken back from ${manager}`)
  const out = (rivals ?? []).map(rivalText)
  const why = [reason, ...taken, ...out].filter((part) => part !== undefined).join('; ')
  report({
    event: 'planned',
    subject: subjectOf(ref),
    action,
    ...(why === '' ? {} : { reason: why }),
    ...(shared.includes(why) ? { isShared: true } : {}),
    changes,
    product,
  })
}

/** The flags, as plan and apply take them. */
export function takeovers({ adopt, forceConflicts }: Takeovers) {
  return { adopt: adopt === true, forceConflicts: forceConflicts === true }
}
