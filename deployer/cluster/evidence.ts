import { setTimeout as sleep } from 'node:timers/promises'
import { told } from '../core/evidence-text.ts'
import type { Told } from '../core/evidence-text.ts'
import { eventLines } from '../core/event-lines.ts'
import { objectRef, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { logSource, terminationMessage } from '../core/pod-containers.ts'
import type { Cluster } from './connect.ts'
import { podLog } from './pod-log.ts'

/** What tells why an object is not ready; `verdict` is what the container wrote at its end. */
export interface Evidence extends Told {
  /** Its events, oldest first: `Warning Failed (×3): …` */
  readonly events: readonly string[]
}

/** More than are shown, because a worker's attempts are left out of it. */
const LOG_LINES = 60
const MAX_EVENTS = 8
const BOUND_MS = 3_000
/** A kubelet sends its events beside the status that ended the wait, and they may arrive after it. */
const EVENTS_LATE_MS = 400

/**
 * Collects the evidence about one object. It explains another failure, so what cannot be read is left out rather than
 * reported: a missing permission on events must not hide the reason.
 *
 * @param object The pod, or the object that could not make one.
 */
export async function evidenceOf(
  cluster: Cluster,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Evidence> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(BOUND_MS)])
  const bounded = cluster.within(bound)
  const eventsNow = () => readEvents(bounded, object).catch(() => [])
  const [first, log] = await Promise.all([
    eventsNow(),
    readLog(bounded, object, bound).catch(() => []),
  ])
  const message = object.kind === 'Pod' ? terminationMessage(object) : undefined
  const hasSpoken = message !== undefined || log.length > 0
  const isTold = hasSpoken || first.some(isWarning)
  const events = isTold ? first : await afterPause(eventsNow, bound)
  return {
    ...told(log, message),
    // where the container itself has told, that it was pulled and started is noise
    events: eventLines(hasSpoken ? events.filter(isWarning) : events).slice(-MAX_EVENTS),
  }
}

async function afterPause<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  await sleep(EVENTS_LATE_MS, undefined, { signal }).catch(() => undefined)
  return read()
}

async function readEvents(cluster: Cluster, object: KubeObject): Promise<readonly KubeObject[]> {
  const kind = await cluster.api.kindOf({ apiVersion: 'v1', kind: 'Event' })
  const { items } = await cluster.api.list(kind, {
    namespace: object.metadata.namespace ?? 'default',
    fieldSelector: `involvedObject.uid=${object.metadata.uid}`,
  })
  return items.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
}

function isWarning(event: KubeObject): boolean {
  return textAt(event, 'type') === 'Warning'
}

function timeOf(event: KubeObject): string {
  return (
    textAt(event, 'lastTimestamp') ??
    textAt(event, 'eventTime') ??
    event.metadata.creationTimestamp ??
    ''
  )
}

async function readLog(
  cluster: Cluster,
  object: KubeObject,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const source = object.kind === 'Pod' ? logSource(object) : undefined
  if (source === undefined) return []
  const lines: string[] = []
  const options = { ...source, tailLines: LOG_LINES }
  for await (const line of podLog(cluster.transport, objectRef(object), options, signal)) {
    lines.push(line)
  }
  return lines
}
