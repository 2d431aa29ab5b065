import { listAt } from '../object.ts'
import type { KubeObject } from '../object.ts'

/** One entry of `status.conditions`, as pods, deployments and jobs have it. */
export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastUpdateTime?: string
  lastProbeTime?: string | null
  /** Pods only: the generation the condition speaks of. */
  observedGeneration?: number
}

export function conditionsOf(object: KubeObject): Condition[] {
  return listAt(object, 'status', 'conditions') as Condition[]
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type)
}

export function hasCondition(object: KubeObject, type: string): boolean {
  return conditionOf(object, type)?.status === 'True'
}

/**
 * The list with `condition` in it: unchanged if status and reason are, last otherwise; the transition time is
 * kept when only the reason changes.
 */
export function withCondition(conditions: readonly Condition[], condition: Condition): Condition[] {
  const current = conditions.find(({ type }) => type === condition.type)
  const isSame = current?.status === condition.status && current.reason === condition.reason
  if (isSame) return [...conditions]
  const kept =
    current?.status === condition.status && current.lastTransitionTime !== undefined
      ? { lastTransitionTime: current.lastTransitionTime }
      : {}
  return [...withoutCondition(conditions, condition.type), { ...condition, ...kept }]
}

export function withoutCondition(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((condition) => condition.type !== type)
}
