import type { Cluster } from '../cluster/connect.ts'
import { evidenceOf } from '../cluster/evidence.ts'
import { createListeners } from '../cluster/listeners.ts'
import { waitUntilReady } from '../cluster/wait.ts'
import type { WaitResult } from '../cluster/wait-judge.ts'
import { DeployError } from '../core/errors.ts'
import { fixOf } from '../core/evidence-text.ts'
import { hintOf } from '../core/hints.ts'
import { objectCount } from '../core/object-count.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { isWaitedFor } from '../core/readiness.ts'
import type { Readiness } from '../core/readiness-result.ts'
import { staleTrustRootHint } from '../core/stale-trust-root.ts'
import type { NamedTrustRoot } from '../core/stale-trust-root.ts'
import type { Waited } from '../core/waited.ts'
import type { Heard } from '../core/waiting-line.ts'
import type { CommandContext } from './context.ts'
import { createWaitTeller } from './wait-teller.ts'

/** With many objects the first ones tell enough; each costs two requests. */
const MAX_EXPLAINED = 5

/**
 * Waits until every object is ready.
 *
 * @returns The objects that were waited for, as last seen.
 * @throws {DeployError} `ERR_OBJECT_FAILED` as soon as one is hopeless, `ERR_NOT_READY` when the time is over; the
 * evidence has then been reported.
 */
export async function waitAndExplain(
  cluster: Cluster,
  objects: readonly KubeObject[],
  bounds: WaitBounds,
  context: CommandContext,
): Promise<readonly KubeObject[]> {
  const { timeoutSeconds } = bounds
  const count = objects.filter(({ kind }) => isWaitedFor(kind)).length
  if (count === 0) return []
  context.report({
    event: 'begin',
    message: `Waiting up to ${timeoutSeconds} s for ${objectCount(count)}`,
  })
  const result = await waitAndTell(cluster, objects, bounds, context)
  return conclude(cluster, result, bounds, context)
}

interface WaitBounds {
  readonly set: ObjectSet
  readonly timeoutSeconds: number
  /** The authority that the pods were given, if any. */
  readonly trustRoot?: NamedTrustRoot
}

/** Says each change, and what the pods themselves say they wait for. */
async function waitAndTell(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { set, timeoutSeconds }: WaitBounds,
  context: CommandContext,
): Promise<WaitResult> {
  const listeners = createListeners(cluster, context.signal)
  const teller = createWaitTeller((one) => reportChange(one, context))
  try {
    return await waitUntilReady(cluster, objects, {
      set,
      timeoutMs: timeoutSeconds * 1_000,
      signal: context.signal,
      onChange: teller.tell,
      onSeen: ({ object, readiness, culprit }) => {
        if (readiness.status !== 'in-progress' || culprit.kind !== 'Pod') return
        listeners.listen(culprit, (heard) => reportHeard(object, heard, context))
      },
      onBlind: (kind, { message }) =>
        context.report({ event: 'warning', message: `no ${kind} is looked at: ${message}` }),
    })
  } finally {
    teller.close()
    await listeners.close()
  }
}

async function conclude(
  cluster: Cluster,
  { waited, hopeless }: WaitResult,
  { timeoutSeconds, trustRoot }: WaitBounds,
  context: CommandContext,
): Promise<readonly KubeObject[]> {
  const late = waited.filter(({ readiness }) => readiness.status !== 'current')
  if (late.length === 0) return waited.map(({ object }) => object)
  const toExplain = (hopeless.length > 0 ? hopeless : late).slice(0, MAX_EXPLAINED)
  const hints: (string | undefined)[] = []
  // one after the other, so that each object's lines stay together
  for (const one of toExplain) {
    const explaining = { isOnly: toExplain.length === 1, trustRoot }
    hints.push(await explain(cluster, one, explaining, context))
  }
  const hint = hints.find((one) => one !== undefined)
  const [failed] = hopeless
  if (failed) throw objectFailed(failed, hint)
  throw notReady(late, waited.length, timeoutSeconds, hint)
}

function reportChange({ object, readiness }: Waited, { report }: CommandContext): void {
  const reason = reasonOf(readiness)
  report({
    event: 'object',
    subject: subjectOf(objectRef(object)),
    state: readiness.status,
    ...(readiness.status === 'failed' ? { cause: readiness.cause } : {}),
    ...(reason === undefined ? {} : { reason }),
  })
}

/** What a pod itself waits for, as its log tells it. */
function reportHeard(object: KubeObject, { reason, fix }: Heard, { report }: CommandContext): void {
  const subject = subjectOf(objectRef(object))
  if (reason !== undefined) report({ event: 'object', subject, state: 'in-progress', reason })
  if (fix !== undefined) report({ event: 'evidence', subject, kind: 'log', text: `fix  ${fix}` })
}

interface Explaining {
  readonly isOnly: boolean
  readonly trustRoot: NamedTrustRoot | undefined
}

/** Reports the evidence about one object and gives back the hint it leads to. */
async function explain(
  cluster: Cluster,
  { object, readiness, culprit }: Waited,
  { isOnly, trustRoot }: Explaining,
  context: CommandContext,
): Promise<string | undefined> {
  const subject = subjectOf(objectRef(object))
  const { verdict, events, log } = await evidenceOf(cluster, culprit, context.signal)
  const say = (kind: 'on' | 'event' | 'log' | 'verdict', text: string) =>
    context.report({ event: 'evidence', subject, kind, text })
  // of several, each begins with whom it is about
  if (culprit !== object || !isOnly) say('on', subjectOf(objectRef(culprit)))
  for (const text of events) say('event', text)
  for (const text of log) say('log', text)
  if (verdict !== undefined) say('verdict', verdict)
  const cause = readiness.status === 'failed' ? readiness.cause : undefined
  const fix = fixOf({ log, ...(verdict === undefined ? {} : { verdict }) })
  const stale = staleTrustRootHint(trustRoot, [...log, verdict ?? ''])
  return stale ?? fix ?? hintOf(culprit, cause, reasonOf(readiness), verdict, ...events)
}

function objectFailed({ object, readiness }: Waited, hint: string | undefined): DeployError {
  const subject = subjectOf(objectRef(object))
  const cause = readiness.status === 'failed' ? ` (${readiness.cause})` : ''
  return new DeployError(
    'ERR_OBJECT_FAILED',
    `${subject}: failed${cause}: ${reasonOf(readiness)}`,
    {
      subject,
      ...(hint === undefined ? {} : { hint }),
    },
  )
}

function notReady(
  late: readonly Waited[],
  count: number,
  timeoutSeconds: number,
  hint: string | undefined,
): DeployError {
  const [first] = late
  const example =
    first === undefined
      ? ''
      : `: ${subjectOf(objectRef(first.object))}: ${reasonOf(first.readiness) ?? first.readiness.status}`
  const share = `${late.length} of ${objectCount(count)} not ready after ${timeoutSeconds} s`
  return new DeployError('ERR_NOT_READY', `${share}${example}`, {
    hint:
      hint ?? 'look at it with status; deploy again waits again and changes nothing that is right',
  })
}

function reasonOf(readiness: Readiness): string | undefined {
  return 'reason' in readiness ? readiness.reason : undefined
}
