import { textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { podSpec } from './pod-spec.ts'
import type { Container, PodSpec } from './pod-spec.ts'
import { addQuantities, count, maxQuantities, parseQuantity } from './quantity.ts'
import type { Quantities } from './quantity.ts'

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']

/**
 * What one pod uses of each quota resource. A pod that has ended counts only as an object (`count/pods`).
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/quota/v1/evaluator/core/pods.go
 */
export function podUsage(pod: KubeObject): Quantities {
  const asObject = { 'count/pods': count(1) }
  if (hasEnded(pod)) return asObject
  const spec = podSpec(pod)
  const usage = computeUsage(podResources(spec, 'requests'), podResources(spec, 'limits'))
  return { ...asObject, pods: count(1), ...usage }
}

/** The quota resources a container states by its own requests and limits. */
export function containerUsage({ resources = {} }: Container): Quantities {
  return computeUsage(parseAll(resources.requests), parseAll(resources.limits))
}

/** No request and no limit anywhere. */
export function isBestEffort(spec: PodSpec): boolean {
  return [...(spec.initContainers ?? []), ...spec.containers].every(
    ({ resources = {} }) =>
      Object.keys({ ...resources.requests, ...resources.limits }).length === 0,
  )
}

function hasEnded(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase')
  return phase === 'Succeeded' || phase === 'Failed'
}

function computeUsage(requests: Quantities, limits: Quantities): Quantities {
  const entries = COMPUTE.flatMap((name) => [
    [name, requests[name]] as const,
    [`requests.${name}`, requests[name]] as const,
    [`limits.${name}`, limits[name]] as const,
  ])
  return Object.fromEntries(
    entries.flatMap(([name, quantity]) => (quantity === undefined ? [] : [[name, quantity]])),
  )
}

/**
 * Main containers and sidecars run together; other init containers run before, one at a time, beside the
 * sidecars started so far. The larger of the two counts, plus overhead; pod-level values replace both.
 */
function podResources(spec: PodSpec, kind: 'requests' | 'limits'): Quantities {
  const of = (container: Container) => parseAll(container.resources?.[kind])
  let sidecars: Quantities = {}
  let before: Quantities = {}
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars = addQuantities(sidecars, of(container))
    else before = maxQuantities(before, addQuantities(of(container), sidecars))
  }
  const main = spec.containers.map(of).reduce(addQuantities, sidecars)
  const pod = { ...maxQuantities(main, before), ...parseAll(spec.resources?.[kind]) }
  return addQuantities(pod, parseAll(spec.overhead))
}

function parseAll(values: Readonly<Record<string, string | number>> = {}): Quantities {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, parseQuantity(value)]),
  )
}
