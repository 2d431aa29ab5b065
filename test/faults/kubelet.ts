import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesClient } from '../../local/kubernetes/client.ts'
import { isFields, textAt } from '../../deployer/core/object.ts'

const LOOK_EVERY_MS = 60
/** Long enough for a wait to live through several cuts of its watch. */
const RUNS_FOR_MS = 400

/** Lets the pod `demo` of a namespace succeed a moment after it is there, each incarnation anew, until stopped. */
export function startKubelet(client: KubernetesClient, namespace: string) {
  const ended = new AbortController()
  const path = `/api/v1/namespaces/${namespace}/pods/demo`
  const firstSeen = new Map<string, number>()
  const look = async () => {
    const pod = await client.get(path)
    const uid = pod.metadata.uid ?? ''
    const since = firstSeen.get(uid) ?? Date.now()
    firstSeen.set(uid, since)
    if (!isFields(pod) || textAt(pod, 'status', 'phase') === 'Succeeded') return
    if (Date.now() - since < RUNS_FOR_MS) return
    const succeeded = { metadata: { uid }, status: { phase: 'Succeeded' } }
    await client.patch(`${path}/status`, 'application/merge-patch+json', succeeded)
  }
  const work = async () => {
    while (!ended.signal.aborted) {
      await look().catch(() => undefined) // the pod is not there, or another one is by now
      await sleep(LOOK_EVERY_MS, undefined, { signal: ended.signal }).catch(() => undefined)
    }
  }
  const working = work()
  return {
    stop: async () => {
      ended.abort()
      await working
    },
  }
}
