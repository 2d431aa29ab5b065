import { at, listAt, numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** Statuses of the init containers, then of the others. */
export function containerStatuses(pod: KubeObject): readonly unknown[] {
  return [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]
}

/** The verdict a container wrote at its end (termination message), or undefined; a bad end's comes first. */
export function terminationMessage(pod: KubeObject): string | undefined {
  return containerStatuses(pod)
    .flatMap((status) => [at(status, 'state', 'terminated'), at(status, 'lastState', 'terminated')])
    .toSorted((a, b) => Number(isBadEnd(b)) - Number(isBadEnd(a)))
    .map((terminated) => textAt(terminated, 'message')?.trim())
    .find((message) => message !== undefined && message !== '')
}

/** A container whose log tells something; `previous` if what it tells is of the run before. */
export interface LogSource {
  readonly container: string
  readonly previous: boolean
}

/** The log of the first container that has ended badly or was started again, else of the first that has run. */
export function logSource(pod: KubeObject): LogSource | undefined {
  const started = containerStatuses(pod).filter(hasRun)
  const status = started.find(isTroubled) ?? started[0]
  const container = textAt(status, 'name')
  if (container === undefined) return undefined
  const isBack = at(status, 'state', 'running') !== undefined
  return { container, previous: isBack && isBadEnd(at(status, 'lastState', 'terminated')) }
}

/** The container whose log is meant where a pod has several, as kubectl chooses it; undefined if it has only one. */
export function mainContainer({ metadata, spec }: KubeObject): string | undefined {
  const [first, ...others] = listAt(spec, 'containers')
  if (others.length === 0) return undefined
  return metadata.annotations?.['kubectl.kubernetes.io/default-container'] ?? textAt(first, 'name')
}

/** Whether some container runs or has run, so that there is a log. */
export function hasLog(pod: KubeObject): boolean {
  return containerStatuses(pod).some(hasRun)
}

function hasRun(status: unknown): boolean {
  return [
    at(status, 'state', 'running'),
    at(status, 'state', 'terminated'),
    at(status, 'lastState', 'terminated'),
  ].some((state) => state !== undefined)
}

function isTroubled(status: unknown): boolean {
  return isBadEnd(at(status, 'state', 'terminated')) || (numberAt(status, 'restartCount') ?? 0) > 0
}

function isBadEnd(terminated: unknown): boolean {
  return (numberAt(terminated, 'exitCode') ?? 0) !== 0
}
