import { setTimeout as sleep } from 'node:timers/promises'
import { lastLines } from './program.ts'
import { LOOK_AT_IT, SmokeError } from './smoke-error.ts'
import type { Stage } from './stage.ts'

const REACHED_MS = 60_000
const PAUSE_MS = 500

/** A pod that asks for an identity; it is only tried, in the one namespace that is always there. */
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: 'keyless-smoke-',
    namespace: 'default',
    labels: { 'azure.workload.identity/use': 'true' },
  },
  spec: { containers: [{ name: 'none', image: 'localhost/none' }] },
}

/** `default` may lack its service account in a cluster that is seconds old, and the webhook is asked only after it. */
const NOT_YET = /failed calling webhook|error looking up service account/

/**
 * Waits until the API server reaches the workload-identity webhook: its pod is ready a moment before kube-proxy leads the
 * service there, and the webhook's failure policy refuses every pod until then. What else is said of the pod does not
 * matter: the webhook has been asked before.
 *
 * @throws {SmokeError} `ERR_CLUSTER` if it is not reached within a minute.
 */
export async function waitUntilAdmitted({
  kubectl,
  voice,
  signal,
}: Pick<Stage, 'kubectl' | 'voice' | 'signal'>): Promise<void> {
  const end = performance.now() + REACHED_MS
  for (let isTold = false; ; isTold = true) {
    const tried = await kubectl.run(['create', '--dry-run=server', '--validate=false', '-f', '-'], {
      input: JSON.stringify(POD),
    })
    if (tried.code === 0 || !NOT_YET.test(tried.stderr)) return
    if (!isTold) voice.tell('waiting up to 1 min until the API server reaches the webhook')
    if (performance.now() > end) throw notReached(tried.stderr)
    await sleep(PAUSE_MS, undefined, { signal })
  }
}

function notReached(said: string): SmokeError {
  const seconds = REACHED_MS / 1_000
  return new SmokeError(
    'ERR_CLUSTER',
    `the API server does not reach the workload-identity webhook, which is ready for ${seconds} s: ${lastLines(said, 1)}`,
    { hint: LOOK_AT_IT },
  )
}
