import { claimant, claimRef, heldBy } from '../claim.ts'
import { shellWord } from '../../deployer/core/shell-word.ts'
import { OUR_NAMESPACES, STAND_IN_WEBHOOK, UPSTREAM_NAMESPACE, UPSTREAM_WEBHOOK } from '../names.ts'
import type { Kubectl } from '../kubectl.ts'
import { SmokeError } from '../smoke-error.ts'
import type { Stage } from '../stage.ts'

interface NamespaceList {
  readonly items: readonly {
    readonly metadata: { readonly name: string }
    readonly status?: {
      readonly phase?: string
      readonly conditions?: readonly {
        readonly type: string
        readonly status: string
        readonly message?: string
      }[]
    }
  }[]
}

interface WebhookList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[]
}

/** What of other runs, and of others, is in the cluster already. */
export interface Occupancy {
  /** The upstream webhook, installed by whomever. */
  readonly upstreamWebhook: boolean
}

/**
 * Makes sure that the run meets neither the remains of an earlier one nor somebody's real deployment, unless it was
 * asked to go on with them.
 *
 * @throws {SmokeError} `ERR_OCCUPIED` or, for a namespace that is going away, `ERR_CLUSTER`.
 */
export async function checkOccupied(stage: Stage): Promise<Occupancy> {
  const { kubectl, options } = stage
  const namespaces = await kubectl.get<NamespaceList>(['namespaces'])
  const ours = (namespaces?.items ?? []).filter(({ metadata }) =>
    [...OUR_NAMESPACES, ...(options.realWebhook ? [UPSTREAM_NAMESPACE] : [])].includes(
      metadata.name,
    ),
  )
  const leaving = ours.find(({ status }) => status?.phase === 'Terminating')
  if (leaving) throw terminating(leaving, kubectl)
  const there = ours
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== UPSTREAM_NAMESPACE)
  const holder = await claimant(kubectl, 'objects')
  if (holder === undefined && there.length > 0) throw notOurs(stage, there)
  if (holder !== undefined && !options.reuse) throw heldBy(holder, `context "${options.context}"`)
  const webhooks = await kubectl.get<WebhookList>(['mutatingwebhookconfigurations'])
  const names = (webhooks?.items ?? []).map(({ metadata }) => metadata.name)
  const upstreamWebhook = names.includes(UPSTREAM_WEBHOOK)
  if (upstreamWebhook && !options.realWebhook) throw twoWebhooks(options.context)
  if (names.includes(STAND_IN_WEBHOOK) && options.realWebhook) throw standInThere(options.context)
  return { upstreamWebhook }
}

function terminating(
  { metadata, status }: NamespaceList['items'][number],
  kubectl: Kubectl,
): SmokeError {
  const blocked = status?.conditions?.find(
    ({ type, status }) =>
      status === 'True' && /Failure|ContentRemaining|FinalizersRemaining/.test(type),
  )
  return new SmokeError(
    'ERR_CLUSTER',
    `Namespace/${metadata.name} is still being deleted${blocked?.message ? `: ${blocked.message}` : ''}`,
    {
      hint: `${kubectl.typed(`wait --for=delete namespace/${metadata.name} --timeout=2m`)}, then run again`,
      exitCode: 2,
    },
  )
}

/** What has the name of ours and was made by somebody else: neither used nor removed, whatever was asked. */
export function notOurs(
  { kubectl, options }: Pick<Stage, 'kubectl' | 'options'>,
  namespaces: readonly string[],
): SmokeError {
  return new SmokeError(
    'ERR_OCCUPIED',
    `context "${options.context}" has ${namespaces.map((name) => `Namespace/${name}`).join(', ')}, made by no smoke run (there is no ${claimRef('objects')}): left alone`,
    {
      hint: [
        'if a real deployment lives there: take another cluster',
        'made by hand, as in docs/kind.md? its last lines remove it: npm run destroy -- --env kind',
        `left by a smoke run that made no mark yet? ${kubectl.typed(`delete namespace ${namespaces.join(' ')}`)}`,
      ].join('\n'),
    },
  )
}

function twoWebhooks(context: string): SmokeError {
  return new SmokeError(
    'ERR_OCCUPIED',
    `context "${context}" has the upstream workload-identity webhook (${UPSTREAM_WEBHOOK})`,
    { hint: 'use it: --real-webhook (two webhooks would both change every labelled pod)' },
  )
}

function standInThere(context: string): SmokeError {
  return new SmokeError(
    'ERR_OCCUPIED',
    `context "${context}" has the stand-in's webhook (${STAND_IN_WEBHOOK}) of an earlier run`,
    { hint: `remove it first: npm run smoke -- --context ${shellWord(context)} --remove` },
  )
}
