import type { Cluster } from '../cluster/connect.ts'
import { evidenceOf } from '../cluster/evidence.ts'
import { waitUntilReady } from '../cluster/wait.ts'
import type { Waited } from '../cluster/wait.ts'
import { DeployError } from '../core/errors.ts'
import { hintOf } from '../core/hints.ts'
import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import type { ObjectSet } from '../core/ownership.ts'
import { isWaitedFor } from '../core/readiness.ts'
import type { Readiness } from '../core/readiness.ts'
import type { CommandContext } from './context.ts'

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
  set: ObjectSet,
  timeoutSeconds: number,
  context: CommandContext,
): Promise<readonly KubeObject[]> {
  const count = objects.filter(({ kind }) => isWaitedFor(kind)).length
  if (count === 0) return []
  context.report({
    event: 'begin',
    message: `Waiting up to ${timeoutSeconds} s for ${plural(count)}`,
  })
  const { waited, isTimeOver } = await waitUntilReady(cluster, objects, {
    set,
    timeoutMs: timeoutSeconds * 1_000,
    signal: context.signal,
    onChange: (one) => reportChange(one, context),
  })
  const late = waited.filter(({ readiness }) => readiness.status !== 'current')
  if (late.length === 0) return waited.map(({ object }) => object)
  const hints = await Promise.all(late.map((one) => explain(cluster, one, context)))
  const hint = hints.find((one) => one !== undefined)
  const failed = late.find(({ readiness }) => readiness.status === 'failed')
  if (failed && !isTimeOver) throw objectFailed(failed, hint)
  throw notReady(`${late.length} of ${waited.length}`, timeoutSeconds, hint)
}

function reportChange({ object, readiness }: Waited, { report }: CommandContext): void {
  const reason = reasonOf(readiness)
  report({
    event: 'object',
    subject: subjectOf(objectRef(object)),
    state: readiness.status,
    ...(reason === undefined ? {} : { reason }),
  })
}

/** Reports the evidence about one object and gives back the hint it leads to. */
async function explain(
  cluster: Cluster,
  { object, readiness }: Waited,
  context: CommandContext,
): Promise<string | undefined> {
  const subject = subjectOf(objectRef(object))
  const { verdict, events, log } = await evidenceOf(cluster, object, context.signal)
  const say = (kind: 'event' | 'log' | 'verdict', text: string) =>
    context.report({ event: 'evidence', subject, kind, text })
  for (const text of events) say('event', text)
  for (const text of log) say('log', text)
  if (verdict !== undefined) say('verdict', verdict)
  return hintOf(reasonOf(readiness), verdict, ...events)
}

function objectFailed({ object, readiness }: Waited, hint: string | undefined): DeployError {
  const subject = subjectOf(objectRef(object))
  return new DeployError('ERR_OBJECT_FAILED', `${subject}: failed: ${reasonOf(readiness)}`, {
    subject,
    ...(hint === undefined ? {} : { hint }),
  })
}

function notReady(share: string, timeoutSeconds: number, hint: string | undefined): DeployError {
  return new DeployError('ERR_NOT_READY', `${share} objects not ready after ${timeoutSeconds} s`, {
    hint:
      hint ?? 'look at it with status; deploy again waits again and changes nothing that is right',
  })
}

function reasonOf(readiness: Readiness): string | undefined {
  return 'reason' in readiness ? readiness.reason : undefined
}

function plural(count: number): string {
  return count === 1 ? '1 object' : `${count} objects`
}
