import { at, listAt, numberAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { age } from './age.ts'
import { row } from './row.ts'

/**
 * Cells of a pod. `Status` is kubectl's own word for phase, waiting and termination reasons together.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/printers/internalversion/printers.go printPod
 */
export function podCells(pod: KubeObject, now: number): readonly unknown[] {
  const init = initialization(pod)
  const main = init.reason === undefined || isInitialized(pod) ? containers(pod) : undefined
  const summary = main ?? { ...init, reason: init.reason ?? phase(pod) }
  const ready = init.ready + (main?.ready ?? 0)
  const total = listAt(pod, 'spec', 'containers').length + sidecars(pod).size
  return row(
    pod,
    now,
    [`${ready}/${total}`, deletion(pod) ?? summary.reason, restarts(summary, now)],
    [
      textAt(pod, 'status', 'podIPs', 0, 'ip') || '<none>',
      textAt(pod, 'spec', 'nodeName') || '<none>',
      textAt(pod, 'status', 'nominatedNodeName') || '<none>',
      readinessGates(pod),
    ],
  )
}

interface Summary {
  readonly ready: number
  readonly restarts: number
  readonly lastRestart: string
  readonly reason: string | undefined
}

function phase(pod: KubeObject): string {
  const gated = listAt(pod, 'status', 'conditions').some(
    (one) => at(one, 'type') === 'PodScheduled' && at(one, 'reason') === 'SchedulingGated',
  )
  if (gated) return 'SchedulingGated'
  return textAt(pod, 'status', 'reason') || (textAt(pod, 'status', 'phase') ?? '')
}

/** Init containers that go on running beside the main ones. */
function sidecars(pod: KubeObject): ReadonlySet<string> {
  const found = listAt(pod, 'spec', 'initContainers').filter(
    (one) => at(one, 'restartPolicy') === 'Always',
  )
  return new Set(found.map((one) => textAt(one, 'name') ?? ''))
}

function initialization(pod: KubeObject): Summary {
  const statuses = listAt(pod, 'status', 'initContainerStatuses')
  const staying = sidecars(pod)
  let ready = 0
  for (const [index, one] of statuses.entries()) {
    if (numberAt(one, 'state', 'terminated', 'exitCode') === 0) continue
    if (staying.has(textAt(one, 'name') ?? '') && at(one, 'started') === true) {
      if (at(one, 'ready') === true) ready += 1
      continue
    }
    const count = listAt(pod, 'spec', 'initContainers').length
    const reason = initReason(one) ?? `${index}/${count}`
    return { ...restartsOf(statuses.slice(0, index + 1)), ready, reason: `Init:${reason}` }
  }
  return { ...restartsOf(statuses), ready, reason: undefined }
}

function initReason(container: unknown): string | undefined {
  if (at(container, 'state', 'terminated') !== undefined) return terminationReason(container)
  const waiting = textAt(container, 'state', 'waiting', 'reason')
  return waiting && waiting !== 'PodInitializing' ? waiting : undefined
}

function terminationReason(container: unknown): string {
  const reason = textAt(container, 'state', 'terminated', 'reason')
  if (reason) return reason
  const signal = numberAt(container, 'state', 'terminated', 'signal') ?? 0
  if (signal !== 0) return `Signal:${signal}`
  return `ExitCode:${numberAt(container, 'state', 'terminated', 'exitCode') ?? 0}`
}

/** The first container that has something to say wins, so they are read from the last to the first. */
function containers(pod: KubeObject): Summary {
  const statuses = listAt(pod, 'status', 'containerStatuses')
  const staying = sidecars(pod)
  const lasting = listAt(pod, 'status', 'initContainerStatuses').filter((one) =>
    staying.has(textAt(one, 'name') ?? ''),
  )
  let reason = phase(pod)
  let failure = ''
  let ready = 0
  for (const one of statuses.toReversed()) {
    const waiting = textAt(one, 'state', 'waiting', 'reason')
    if (waiting) reason = waiting
    else if (at(one, 'state', 'terminated') !== undefined) {
      reason = terminationReason(one)
      if (numberAt(one, 'state', 'terminated', 'exitCode') !== 0) failure = reason
    } else if (at(one, 'ready') === true && at(one, 'state', 'running') !== undefined) ready += 1
  }
  if (reason === 'Completed') reason = afterCompletion(pod, ready, failure)
  return { ...restartsOf([...statuses, ...lasting]), ready, reason }
}

function afterCompletion(pod: KubeObject, ready: number, failure: string): string {
  if (ready > 0 && condition(pod, 'Ready')) return 'Running'
  if (failure !== '') return failure
  return ready > 0 ? 'NotReady' : 'Completed'
}

function restartsOf(statuses: readonly unknown[]): Pick<Summary, 'restarts' | 'lastRestart'> {
  const ends = statuses.map((one) => textAt(one, 'lastState', 'terminated', 'finishedAt') ?? '')
  return {
    restarts: statuses.reduce<number>((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0),
    lastRestart: ends.toSorted().at(-1) ?? '',
  }
}

function restarts({ restarts: count, lastRestart }: Summary, now: number): string {
  return count > 0 && lastRestart !== '' ? `${count} (${age(lastRestart, now)} ago)` : String(count)
}

function isInitialized(pod: KubeObject): boolean {
  return condition(pod, 'Initialized')
}

function condition(pod: KubeObject, type: string): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (one) => at(one, 'type') === type && at(one, 'status') === 'True',
  )
}

function deletion(pod: KubeObject): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined
  if (textAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown'
  const phase = textAt(pod, 'status', 'phase')
  return phase === 'Succeeded' || phase === 'Failed' ? undefined : 'Terminating'
}

function readinessGates(pod: KubeObject): string {
  const gates = listAt(pod, 'spec', 'readinessGates')
  if (gates.length === 0) return '<none>'
  const open = gates.filter((one) => condition(pod, textAt(one, 'conditionType') ?? ''))
  return `${open.length}/${gates.length}`
}
