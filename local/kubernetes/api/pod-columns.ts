import { at, listAt, numberAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { age } from './age.ts'
import type { Column } from './columns.ts'

/** What `kubectl get pods` shows; `Status` is kubectl's own word for phase, waiting and termination reasons together. */
export const podColumns: readonly Column[] = [
  { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name ?? '' },
  { name: 'Ready', cell: ready },
  { name: 'Status', cell: status },
  { name: 'Restarts', cell: restarts },
  { name: 'Age', cell: ({ metadata }, now) => age(metadata.creationTimestamp, now) },
  { name: 'IP', priority: 1, cell: (pod) => textAt(pod, 'status', 'podIP') ?? '<none>' },
  { name: 'Node', priority: 1, cell: (pod) => textAt(pod, 'spec', 'nodeName') ?? '<none>' },
  { name: 'Nominated Node', priority: 1, cell: () => '<none>' },
  { name: 'Readiness Gates', priority: 1, cell: () => '<none>' },
]

function ready(pod: KubeObject): string {
  const up = listAt(pod, 'status', 'containerStatuses').filter((one) => at(one, 'ready') === true)
  return `${up.length}/${listAt(pod, 'spec', 'containers').length}`
}

function restarts(pod: KubeObject, now: number): string {
  const statuses = listAt(pod, 'status', 'containerStatuses')
  const total = statuses.reduce<number>((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0)
  const last = statuses
    .map((one) => textAt(one, 'lastState', 'terminated', 'finishedAt') ?? '')
    .toSorted()
    .at(-1)
  return total > 0 && last ? `${total} (${age(last, now)} ago)` : String(total)
}

/** @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/printers/internalversion/printers.go printPod */
function status(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating'
  const init = listAt(pod, 'status', 'initContainerStatuses')
  for (const [index, one] of init.entries()) {
    if (numberAt(one, 'state', 'terminated', 'exitCode') === 0) continue
    const reason = stateReason(one)
    if (reason && reason !== 'PodInitializing') return `Init:${reason}`
    return `Init:${index}/${init.length}`
  }
  const reasons = listAt(pod, 'status', 'containerStatuses').map(stateReason)
  const shown = reasons.findLast((reason) => reason !== '')
  return shown ?? textAt(pod, 'status', 'reason') ?? textAt(pod, 'status', 'phase') ?? 'Unknown'
}

function stateReason(container: unknown): string {
  const waiting = textAt(container, 'state', 'waiting', 'reason')
  if (waiting) return waiting
  if (at(container, 'state', 'terminated') === undefined) return ''
  const reason = textAt(container, 'state', 'terminated', 'reason')
  if (reason) return reason
  const signal = numberAt(container, 'state', 'terminated', 'signal') ?? 0
  return signal === 0
    ? `ExitCode:${numberAt(container, 'state', 'terminated', 'exitCode')}`
    : `Signal:${signal}`
}
