import type { Cluster } from '../cluster/connect.ts'
import type { LiveSet } from '../cluster/live-set.ts'
import type { Environment } from '../core/environment.ts'
import { DeployError } from '../core/errors.ts'
import type { ObjectRef } from '../core/object.ts'
import { isNoOp } from '../core/plan.ts'
import type { Plan } from '../core/plan.ts'
import type { CommandContext, CommonOptions, Takeovers } from './context.ts'
import { npmCommand } from './npm-command.ts'

/**
 * Asks before the first write to a cluster elsewhere, when everything that the answer needs has been shown: context,
 * server, namespace and plan.
 *
 * A cluster where this environment is deployed already is not asked about again. The cluster itself remembers, by the
 * inventory: nothing is kept on this machine, and a second person or a CI job knows the same.
 *
 * @throws {DeployError} `ERR_NOT_CONFIRMED` if the answer is no, or nobody is there to ask.
 */
export async function confirmFirstWrite(
  {
    cluster,
    plan,
    live,
  }: { readonly cluster: Cluster; readonly plan: Plan; readonly live: LiveSet },
  environment: Environment,
  options: CommonOptions & Takeovers & { readonly yes?: boolean },
  asking: Asking,
): Promise<void> {
  const isNew = environment.target === 'aks' && live.members.length === 0
  if (!isNew || isNoOp(plan) || options.yes === true) return
  const place = placeOf(cluster, environment)
  await needYes(cluster, asking, {
    question: `Deploy this for the first time to ${place}?`,
    unasked: `nothing was written: environment "${environment.name}" is new on ${place}`,
    unaskedHint: 'if the plan above is right, deploy again with --yes',
    refused: 'nothing was written: the plan was not confirmed',
    refusedHint: `to deploy elsewhere, change cluster.context in the environment; to see the plan again: ${npmCommand('plan', options)}`,
  })
}

/**
 * Asks before anything is deleted from a cluster elsewhere; where nothing is deployed there is nothing to ask about.
 *
 * @throws {DeployError} `ERR_NOT_CONFIRMED` if the answer is no, or nobody is there to ask.
 */
export async function confirmDestroy(
  { cluster, deployed }: { readonly cluster: Cluster; readonly deployed: readonly ObjectRef[] },
  environment: Environment,
  { yes }: { readonly yes?: boolean },
  asking: Asking,
): Promise<void> {
  if (environment.target !== 'aks' || yes === true || deployed.length === 0) return
  const place = placeOf(cluster, environment)
  await needYes(cluster, asking, {
    question: `Delete all of it from ${place}?`,
    unasked: `nothing was deleted: environment "${environment.name}" is deployed on ${place}`,
    unaskedHint: 'if it is the right one, destroy again with --yes',
    refused: 'nothing was deleted: it was not confirmed',
    refusedHint: 'another environment is named with -- --env NAME|PATH',
  })
}

function placeOf({ context, server }: Cluster, { namespace }: Environment): string {
  return `context "${context}" (${server}), namespace "${namespace}"`
}

type Asking = Pick<CommandContext, 'ask' | 'signal'>

interface Wording {
  readonly question: string
  /** Of an end without a terminal to ask on, and of a no. */
  readonly unasked: string
  readonly unaskedHint: string
  readonly refused: string
  readonly refusedHint: string
}

async function needYes(
  { context: subject }: Cluster,
  { ask, signal }: Asking,
  { question, unasked, unaskedHint, refused, refusedHint }: Wording,
): Promise<void> {
  if (ask === undefined) {
    const message = `${unasked}, and there is no terminal to ask on`
    throw new DeployError('ERR_NOT_CONFIRMED', message, { subject, hint: unaskedHint })
  }
  const isConfirmed = await ask(`  ${question} [y/N] `)
  signal.throwIfAborted()
  if (!isConfirmed) {
    throw new DeployError('ERR_NOT_CONFIRMED', refused, { subject, hint: refusedHint })
  }
}
