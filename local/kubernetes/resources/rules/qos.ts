import { at, isRecord, listAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import { quantityMilli } from '../../schema/quantity.ts'

/**
 * Guaranteed when every container's cpu and memory limits equal its requests, BestEffort when nothing is asked for.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
 */
export function qosClass(pod: KubeObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [
    ...listAt(pod, 'spec', 'containers'),
    ...listAt(pod, 'spec', 'initContainers'),
  ]
  const asked = containers.flatMap((one) =>
    ['requests', 'limits'].flatMap((kind) => compute(one, kind)),
  )
  if (asked.length === 0) return 'BestEffort'
  const guaranteed = containers.every((container) =>
    ['cpu', 'memory'].every((name) => {
      const limit = milli(at(container, 'resources', 'limits', name))
      const request = milli(at(container, 'resources', 'requests', name))
      return limit !== undefined && limit > 0n && request === limit
    }),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

function compute(container: unknown, kind: string): readonly string[] {
  const amounts = at(container, 'resources', kind)
  if (!isRecord(amounts)) return []
  return ['cpu', 'memory'].filter((name) => (milli(amounts[name]) ?? 0n) > 0n)
}

function milli(quantity: unknown): bigint | undefined {
  return typeof quantity === 'string' ? quantityMilli(quantity) : undefined
}
