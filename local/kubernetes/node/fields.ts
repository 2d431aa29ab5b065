import { textAt } from '../object.ts'
import type { Container, FieldRef, Pod, ResourceFieldRef, Resources } from './pod.ts'
import { podAddress } from './pod-address.ts'
import { divideUp } from './quantity.ts'

/** What a pod cannot know of itself: the node's address and what it could give at most. */
export interface NodeFacts {
  readonly address: string
  readonly allocatable: Readonly<Record<string, string>>
}

/** A reference the downward API does not answer; the message is the kubelet's. */
export class FieldError extends Error {
  override readonly name = 'FieldError'
}

/**
 * One field of the pod as text.
 *
 * @throws {FieldError} for a field the downward API does not have.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
 */
export function podField(pod: Pod, { fieldPath }: FieldRef, node: NodeFacts): string {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath)
  if (subscript !== null) {
    const [, map, key] = subscript
    return textAt(pod.metadata, map ?? '', key ?? '') ?? ''
  }
  const value = plainField(pod, fieldPath, node)
  if (value === undefined) throw new FieldError(`unsupported fieldPath: ${fieldPath}`)
  return value
}

function plainField(pod: Pod, fieldPath: string, node: NodeFacts): string | undefined {
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata.name
    case 'metadata.namespace':
      return pod.metadata.namespace
    case 'metadata.uid':
      return pod.metadata.uid
    case 'metadata.labels':
      return formatMap(pod.metadata.labels)
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations)
    case 'spec.nodeName':
      return pod.spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return node.address
    case 'status.podIP':
    case 'status.podIPs':
      return podAddress(pod, node.address)
    default:
      return undefined
  }
}

/** Sorted `key="value"` lines, without a newline at the end. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}

/**
 * A container's request or limit, divided and rounded up. Without a limit it is what the node could give.
 *
 * @throws {FieldError} if `containerName` names no container of the pod, or the resource is not one.
 */
export function resourceField(
  pod: Pod,
  self: Container | undefined,
  ref: ResourceFieldRef,
  node: NodeFacts,
): string {
  const container = ref.containerName ? findContainer(pod, ref.containerName) : self
  if (container === undefined)
    throw new FieldError(`container ${ref.containerName ?? ''} not found`)
  const [kind, name] = splitResource(ref.resource)
  const amount = amountOf(container.resources, kind, name, node)
  return divideUp(amount, ref.divisor ?? '1')
}

function splitResource(resource: string): readonly ['limits' | 'requests', string] {
  const [, kind, name] = /^(limits|requests)\.(.+)$/.exec(resource) ?? []
  if (kind === undefined || name === undefined) {
    throw new FieldError(`unsupported container resource : ${resource}`)
  }
  return [kind === 'limits' ? 'limits' : 'requests', name]
}

function amountOf(
  resources: Resources | undefined,
  kind: 'limits' | 'requests',
  name: string,
  node: NodeFacts,
): string {
  const fallback = kind === 'limits' ? node.allocatable[name] : undefined
  return resources?.[kind]?.[name] ?? fallback ?? '0'
}

function findContainer(pod: Pod, name: string): Container | undefined {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find(
    (container) => container.name === name,
  )
}
