import type { KubernetesClient } from '../client.ts'
import { isApiError } from '../client.ts'
import type { Pod } from './pod.ts'
import { time } from './container-status.ts'

/** What an event is about. */
export interface EventSubject {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod' | 'Node'
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  /** Such as `spec.containers{worker}`. */
  readonly fieldPath?: string
}

export interface EventText {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** Tells the API server what happens; one that cannot be told is dropped, as the kubelet does. */
export interface EventRecorder {
  record(subject: EventSubject, event: EventText): void
  /** Resolves when everything recorded so far has been sent. */
  flush(): Promise<void>
}

interface Sent {
  readonly path: string
  readonly count: number
}

/** The most equal events that are remembered; the kubelet's cache has the same size. */
const MOST_REMEMBERED = 4096

/**
 * Events in order. The same event again raises the count of the first.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
export function createEventRecorder(
  client: KubernetesClient,
  node: string,
  now: () => number,
): EventRecorder {
  const sent = new Map<string, Sent>()
  let last = Promise.resolve()
  return {
    record: (subject, event) => {
      const at = now()
      last = last.then(() => send(client, sent, { subject, event, node, at }).catch(() => {}))
    },
    flush: () => last,
  }
}

/** An event's subject: the pod, or one of its containers. */
export function podSubject({ metadata, spec }: Pod, container?: string): EventSubject {
  const list = spec.initContainers?.some(({ name }) => name === container)
    ? 'initContainers'
    : 'containers'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    ...(container === undefined ? {} : { fieldPath: `spec.${list}{${container}}` }),
  }
}

interface Telling {
  readonly subject: EventSubject
  readonly event: EventText
  readonly node: string
  readonly at: number
}

async function send(
  client: KubernetesClient,
  sent: Map<string, Sent>,
  telling: Telling,
): Promise<void> {
  const { subject, event, at } = telling
  const key = JSON.stringify([subject, event])
  const before = sent.get(key)
  if (before !== undefined) {
    const body = { count: before.count + 1, lastTimestamp: time(at), message: event.message }
    try {
      await client.patch(before.path, 'application/merge-patch+json', body)
      sent.set(key, { ...before, count: before.count + 1 })
      return
    } catch (error) {
      // Events live for an hour; one that is gone is told anew.
      if (!isApiError(error, 404)) throw error
    }
  }
  const path = await create(client, telling)
  if (sent.size >= MOST_REMEMBERED) sent.clear()
  sent.set(key, { path, count: 1 })
}

async function create(
  client: KubernetesClient,
  { subject, event, node, at }: Telling,
): Promise<string> {
  const namespace = subject.namespace ?? 'default'
  const path = `/api/v1/namespaces/${namespace}/events`
  const name = `${subject.name}.${uniqueSuffix(at)}`
  await client.create(path, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: subject,
    ...event,
    source: { component: 'kubelet', host: node },
    reportingComponent: 'kubelet',
    reportingInstance: node,
    firstTimestamp: time(at),
    lastTimestamp: time(at),
    count: 1,
  })
  return `${path}/${name}`
}

let serial = 0

/** Sixteen hexadecimal digits, rising, as client-go makes them from nanoseconds. */
function uniqueSuffix(at: number): string {
  serial = (serial + 1) % 1_000_000
  return (BigInt(at) * 1_000_000n + BigInt(serial)).toString(16)
}
