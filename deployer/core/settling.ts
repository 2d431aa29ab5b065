import { at, listAt, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

const SETTLE_MS = 2_000
const SERVERS: readonly string[] = ['DaemonSet', 'Deployment', 'Pod', 'ReplicaSet', 'StatefulSet']

/**
 * How long an object must stay ready before that is believed, in milliseconds.
 *
 * Without a readiness probe a container counts as ready from its first moment, also one that crashes in its second:
 * kubectl and helm call such a rollout a success. A probe or `minReadySeconds` is the author's own measure, and enough.
 */
export function settleMs(live: KubeObject): number {
  if (!SERVERS.includes(live.kind) || (numberAt(live, 'spec', 'minReadySeconds') ?? 0) > 0) return 0
  const spec = live.kind === 'Pod' ? at(live, 'spec') : at(live, 'spec', 'template', 'spec')
  if ((textAt(spec, 'restartPolicy') ?? 'Always') !== 'Always') return 0
  const isUnprobed = listAt(spec, 'containers').some(
    (one) => at(one, 'readinessProbe') === undefined,
  )
  return isUnprobed ? SETTLE_MS : 0
}
