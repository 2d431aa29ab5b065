import type { PodLike } from '../pod-spec.ts'

/** Why a check forbids a pod; the detail names what exactly. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** One check in the form it has had since a Kubernetes minor version. */
export interface CheckVersion {
  /** 25 means 1.25. */
  readonly since: number
  readonly check: (pod: PodLike) => Violation | undefined
}

/** A control of the Pod Security Standards. */
export interface Check {
  readonly id: string
  /** Increasing `since`. */
  readonly versions: readonly CheckVersion[]
  /** Ids of baseline checks that a restricted check makes needless. */
  readonly overrides?: readonly string[]
}

/** `"a", "b"`. */
export function quoted(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ')
}

/** `container "a"` or `containers "a", "b"`. */
export function named(noun: string, names: readonly string[]): string {
  return `${plural(noun, names.length)} ${quoted(names)}`
}

export function plural(noun: string, count: number): string {
  return count === 1 ? noun : `${noun}s`
}

/** Each value once, in byte order, as Go's sets list them. */
export function sortedUnique(values: readonly string[]): string[] {
  return [...new Set(values)].toSorted()
}

/** Names a bad pod-level setting and the containers that have one of their own: `pod and container "a"`. */
export function setters(podIsBad: boolean, containers: readonly string[]): string {
  const parts = podIsBad ? ['pod'] : []
  if (containers.length > 0) parts.push(named('container', containers))
  return parts.join(' and ')
}

/** Pods in a user namespace of their own may run as root inside it, since the 1.35 policy. */
export function hasUserNamespace({ spec }: PodLike): boolean {
  return spec.hostUsers === false
}

export function isWindows({ spec }: PodLike): boolean {
  return spec.os?.name === 'windows'
}
