import { containerStatuses, logSource } from '../core/pod-containers.ts'
import { numberAt, objectRef } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { heardIn } from '../core/waiting-line.ts'
import type { Heard } from '../core/waiting-line.ts'
import type { Cluster } from './connect.ts'
import { podLog } from './pod-log.ts'

/** Follows the logs of pods that are waited for, to tell what they wait for themselves. */
export interface Listeners {
  /** Begins to follow the pod's log, once for each start of its container. */
  listen(pod: KubeObject, onHeard: (heard: Heard) => void): void
  /** Stops following. */
  close(): Promise<void>
}

/** Each holds a connection; of a large rollout a few tell enough. */
const MAX_LISTENERS = 3

/** What cannot be read is not told: a wait must not fail because a log may not be seen. */
export function createListeners(cluster: Cluster, signal: AbortSignal): Listeners {
  const closed = new AbortController()
  const ended = AbortSignal.any([signal, closed.signal])
  const listening = new Map<string, Promise<void>>()
  return {
    listen: (pod, onHeard) => {
      const key = `${pod.metadata.uid}/${startsOf(pod)}`
      if (listening.has(key) || listening.size >= MAX_LISTENERS || ended.aborted) return
      if (logSource(pod) === undefined) return
      listening.set(
        key,
        follow(cluster, pod, onHeard, ended).catch(() => undefined),
      )
    },
    close: async () => {
      closed.abort()
      await Promise.all(listening.values())
    },
  }
}

async function follow(
  cluster: Cluster,
  pod: KubeObject,
  onHeard: (heard: Heard) => void,
  signal: AbortSignal,
): Promise<void> {
  const container = logSource(pod)?.container
  if (container === undefined) return
  const options = { container, follow: true }
  const said = new Set<string>()
  let isWaiting = false
  for await (const line of podLog(cluster.transport, objectRef(pod), options, signal)) {
    const heard = heardIn(line)
    // an indented line belongs to the one above it: the remedy of a failure is told with the failure
    if (!/^\s/.test(line)) isWaiting = heard.reason !== undefined
    const text = JSON.stringify(heard)
    if (isWaiting && text !== '{}' && !said.has(text)) onHeard(heard)
    said.add(text)
  }
}

function startsOf(pod: KubeObject): number {
  return containerStatuses(pod).reduce<number>(
    (sum, status) => sum + (numberAt(status, 'restartCount') ?? 0),
    0,
  )
}
