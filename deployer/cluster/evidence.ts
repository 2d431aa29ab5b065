import { numberAt, objectRef, textAt } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { hasLog, terminationMessage, troubledContainer } from '../core/pod-readiness.ts'
import type { Cluster } from './connect.ts'
import { podLog } from './pod-log.ts'

/** What tells why an object is not ready. */
export interface Evidence {
  /** What the container wrote as its verdict. */
  readonly verdict?: string
  /** Its events, oldest first: `Warning Failed (3x): …` */
  readonly events: readonly string[]
  /** The last lines of the failing container. */
  readonly log: readonly string[]
}

const LOG_LINES = 20
const MAX_EVENTS = 8
const BOUND_MS = 5_000

/**
 * Collects the evidence about one object. It explains another failure, so what cannot be read is left out rather than
 * reported: a missing permission on events must not hide the reason.
 */
export async function evidenceOf(
  cluster: Cluster,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Evidence> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(BOUND_MS)])
  const [events, log] = await Promise.all([
    readEvents(cluster, object).catch(() => []),
    readLog(cluster, object, bound).catch(() => []),
  ])
  const verdict = object.kind === 'Pod' ? terminationMessage(object) : undefined
  return { ...(verdict === undefined ? {} : { verdict }), events, log }
}

async function readEvents(cluster: Cluster, object: KubeObject): Promise<readonly string[]> {
  const kind = await cluster.api.kindOf({ apiVersion: 'v1', kind: 'Event' })
  const { items } = await cluster.api.list(kind, {
    namespace: object.metadata.namespace ?? 'default',
    fieldSelector: `involvedObject.uid=${object.metadata.uid}`,
  })
  return items
    .toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
    .slice(-MAX_EVENTS)
    .map((event) => {
      const count = numberAt(event, 'count') ?? 1
      const times = count > 1 ? ` (${count}x)` : ''
      return `${textAt(event, 'type')} ${textAt(event, 'reason')}${times}: ${textAt(event, 'message')}`
    })
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
  if (object.kind !== 'Pod' || !hasLog(object)) return []
  const container = troubledContainer(object)
  const lines: string[] = []
  const options = { ...(container === undefined ? {} : { container }), tailLines: LOG_LINES }
  for await (const line of podLog(cluster.transport, objectRef(object), options, signal)) {
    lines.push(line)
  }
  return lines
}
