import { at, listAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { conditionOf } from './conditions.ts'
import { PATHS, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'

interface Taint {
  readonly key: string
  readonly effect: string
}

const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const MANAGED = [NOT_READY, UNREACHABLE, UNSCHEDULABLE]

/**
 * Keeps the NoSchedule taints of nodes in step with readiness and cordon, so that the not-ready taint a node is
 * born with goes when it becomes ready.
 *
 * Simpler than the cloud: heartbeats are not watched, so a node that dies in silence stays Ready.
 */
export function startNodeTaintController(cluster: Cluster): void {
  const nodes = cluster.informer(PATHS.nodes)
  const queue = cluster.queue(async (name) => {
    const node = nodes.get(name)
    if (node === undefined) return
    const present = listAt(node, 'spec', 'taints') as readonly Taint[]
    const taints = taintsOf(node)
    if (JSON.stringify(taints) === JSON.stringify(present)) return
    const { resourceVersion } = node.metadata
    const body = { metadata: { resourceVersion }, spec: { taints } }
    const path = objectPath(PATHS.nodes, node)
    nodes.put(await cluster.client.patch(path, 'application/merge-patch+json', body))
  })
  nodes.onChange(({ metadata }) => queue.add(metadata.name ?? ''))
}

/** The taints a node is to have: others' as they are, ours as its conditions say. */
export function taintsOf(node: KubeObject): Taint[] {
  const present = listAt(node, 'spec', 'taints') as readonly Taint[]
  const ready = conditionOf(node, 'Ready')?.status
  const wanted = [
    ...(ready === 'False' || ready === undefined ? [NOT_READY] : []),
    ...(ready === 'Unknown' ? [UNREACHABLE] : []),
    ...(at(node, 'spec', 'unschedulable') === true ? [UNSCHEDULABLE] : []),
  ]
  const isOurs = ({ key, effect }: Taint) => MANAGED.includes(key) && effect === 'NoSchedule'
  const kept = present.filter((taint) => !isOurs(taint) || wanted.includes(taint.key))
  const missing = wanted.filter((key) => !kept.some((taint) => isOurs(taint) && taint.key === key))
  return [...kept, ...missing.map((key) => ({ key, effect: 'NoSchedule' }))]
}
