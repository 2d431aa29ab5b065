import type { KubernetesClient } from '../client.ts'
import type { KubeObject } from '../object.ts'
import { timestamp } from './timestamp.ts'

/** What `kubectl describe` shows under Events. */
export interface EventText {
  readonly type: 'Normal' | 'Warning'
  /** One word in CamelCase. */
  readonly reason: string
  readonly message: string
  /** Set by components that write the newer form of events, as the scheduler does. */
  readonly action?: string
}

/** Writes an event about `object`; never fails and is not waited for. */
export type Recorder = (object: KubeObject, text: EventText) => void

const LONGEST_MESSAGE = 1024
const REMEMBERED_EVENTS = 500

/**
 * Events of one component, as the client-go recorder writes them: the same text about the same object
 * again raises `count` and `lastTimestamp` of the first event.
 *
 * @param component `source.component`, e.g. `replicaset-controller`.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/client-go/tools/record/event.go
 */
export function createRecorder(
  client: KubernetesClient,
  component: string,
  now: () => number,
): Recorder {
  const written = new Map<string, { count: number; event: Promise<KubeObject> }>()
  return (object, text) => {
    const message = text.message.slice(0, LONGEST_MESSAGE)
    const key = [object.metadata.uid, text.type, text.reason, message].join('\n')
    const known = written.get(key)
    if (known === undefined) {
      const body = eventOf(object, { ...text, message }, { component, now: now() })
      const event = client.create(eventsPath(body.metadata.namespace), body)
      written.set(key, { count: 1, event })
      forgetOldest(written)
      event.catch(() => written.delete(key))
      return
    }
    known.count += 1
    const change =
      text.action === undefined
        ? { count: known.count, lastTimestamp: timestamp(now()) }
        : { series: { count: known.count, lastObservedTime: microTime(now()) } }
    known.event
      .then(({ metadata }) =>
        client.patch(
          `${eventsPath(metadata.namespace)}/${metadata.name}`,
          'application/merge-patch+json',
          change,
        ),
      )
      // An event that has expired or cannot be written is lost, like on a real cluster.
      .catch(() => written.delete(key))
  }
}

function eventsPath(namespace = 'default'): string {
  return `/api/v1/namespaces/${namespace}/events`
}

function eventOf(
  object: KubeObject,
  text: EventText,
  at: { readonly component: string; readonly now: number },
): KubeObject {
  const { namespace, name, uid, resourceVersion } = object.metadata
  const { apiVersion, kind } = object
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${uniqueSuffix(at.now)}`, namespace: namespace ?? 'default' },
    involvedObject: { apiVersion, kind, namespace, name, uid, resourceVersion },
    type: text.type,
    reason: text.reason,
    message: text.message,
    ...(text.action === undefined ? olderForm(at) : newerForm(at, text.action)),
  }
}

function olderForm({ component, now }: { readonly component: string; readonly now: number }) {
  return {
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: timestamp(now),
    lastTimestamp: timestamp(now),
    count: 1,
  }
}

function newerForm(at: { readonly component: string; readonly now: number }, action: string) {
  return {
    action,
    eventTime: microTime(at.now),
    reportingComponent: at.component,
    reportingInstance: `${at.component}-local`,
  }
}

/** RFC 3339 with microseconds. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z')
}

let lastSuffix = 0n

/** Nanoseconds in hexadecimal; events of the same instant are told apart by counting on. */
function uniqueSuffix(now: number): string {
  const nanos = BigInt(Math.floor(now)) * 1_000_000n
  lastSuffix = nanos > lastSuffix ? nanos : lastSuffix + 1n
  return lastSuffix.toString(16)
}

function forgetOldest(written: Map<string, unknown>): void {
  const [oldest] = written.keys()
  if (written.size > REMEMBERED_EVENTS && oldest !== undefined) written.delete(oldest)
}
