import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { deployedRefs } from '../cluster/deployed-refs.ts'
import { destroySet } from '../cluster/destroy.ts'
import type { Destroyed } from '../cluster/destroy.ts'
import { setsBeside } from '../cluster/other-sets.ts'
import type { DeployedSet } from '../cluster/other-sets.ts'
import { removeLease, withHealersPaused } from '../cluster/pause.ts'
import type { Environment } from '../core/environment.ts'
import { DeployError } from '../core/errors.ts'
import { objectRef } from '../core/object.ts'
import { refuseDestroyingOthers } from '../core/replaces-all.ts'
import { readableObjects, readSubject } from './config.ts'
import { confirmDestroy } from './confirm.ts'
import type { CommandContext, CommonOptions } from './context.ts'
import { notListed } from './not-listed.ts'
import { withTarget } from './target.ts'
import { reportTerminating } from './terminating.ts'

export interface DestroyCommandOptions extends CommonOptions {
  readonly timeoutSeconds: number
  /** Nobody needs to be asked before something is deleted from a cluster elsewhere. */
  readonly yes?: boolean
  /** Also of a set that these manifests name nothing of. */
  readonly replaceAll?: boolean
}

/** Deletes what was deployed and nothing else, waits, and prints what became of each object. */
export async function destroy(
  options: DestroyCommandOptions,
  context: CommandContext,
): Promise<number> {
  const subject = await readSubject(options, context)
  const { environment, environmentFile: file, set } = subject
  const objects = await readableObjects(subject, options, context)
  return withTarget({ environment, file, doing: 'Destroying on' }, context, async (cluster) => {
    const deployed = await deployedRefs(cluster.api, set)
    if (options.replaceAll !== true) refuseDestroyingOthers(objects.map(objectRef), deployed, set)
    await confirmDestroy({ cluster, deployed }, environment, options, context)
    const results = await withHealersPaused(cluster, set, context.now, () =>
      destroySet(cluster, {
        set,
        timeoutMs: options.timeoutSeconds * 1_000,
        signal: context.signal,
        onFound: (subjects) => context.report({ event: 'subjects', subjects }),
        onWaiting: (subject, reason) =>
          reportTerminating(subject, reason, options.timeoutSeconds, context),
        onHidden: (kinds) => context.report({ event: 'warning', message: notListed(kinds) }),
        onDestroyed: ({ subject, state, reason }) =>
          context.report({
            event: 'object',
            subject,
            state,
            ...(reason === undefined ? {} : { reason }),
          }),
      }),
    )
    const left = results.filter(({ state }) => state === 'left')
    if (left.length > 0) throw leftBehind(left, options.timeoutSeconds)
    await removeLease(cluster, set)
    if (results.length > 0) context.report({ event: 'done', message: receipt(results) })
    else {
      const others = await setsBeside(cluster.api, set, environment.name.toLowerCase())
      const message = nothingFound(options, environment, others)
      refuseMissingFolder(options, context, message)
      context.report({ event: 'done', message: `Nothing to destroy: ${message}` })
    }
    return 0
  })
}

/** Names the other sets of the environment, and proposes no step: whoever missed his own does not mean one of theirs. */
function nothingFound(
  { manifests }: CommonOptions,
  environment: Environment,
  others: readonly DeployedSet[],
): string {
  const from = manifests === undefined ? '' : ` from ${manifests}`
  const deployed = others.map(({ name }) => {
    const folder = name.slice(environment.name.length + 1)
    return folder === '' ? 'what was deployed without --manifests' : `a folder named ${folder}`
  })
  const beside =
    deployed.length === 0 ? '' : `; there is, of this environment: ${deployed.join(', ')}`
  return `nothing of this environment is deployed${from}${beside}`
}

/** Where nothing is found, a folder that is not there is more likely misspelt than gone. */
function refuseMissingFolder(
  { manifests }: CommonOptions,
  { cwd }: CommandContext,
  found: string,
): void {
  if (manifests === undefined || existsSync(resolve(cwd, manifests))) return
  throw new DeployError('ERR_MANIFEST', `${manifests}: there is no such folder, and ${found}`, {
    subject: manifests,
    hint: 'a set is known by the last part of its folder: correct --manifests',
  })
}

function receipt(results: readonly Destroyed[]): string {
  const skipped = results.filter(({ state }) => state === 'skipped')
  const stays = skipped.map(({ subject, reason }) => `${subject} stays: ${reason}`)
  const rest = stays.length === 0 ? ['nothing else is left'] : stays
  return [`Destroyed: ${results.length - skipped.length} deleted`, ...rest].join('; ')
}

function leftBehind(left: readonly Destroyed[], timeoutSeconds: number): DeployError {
  const subjects = left.map(({ subject }) => subject).join(', ')
  return new DeployError('ERR_LEFT_BEHIND', `${subjects}: still there after ${timeoutSeconds} s`, {
    hint: 'whoever set the finalizer must remove it; then run destroy again, which goes on from here',
  })
}
