import { isFields, listAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** The entry of `status.conditions` of this type, or undefined. */
export function condition(live: KubeObject, type: string): unknown {
  return listAt(live, 'status', 'conditions').find((one) => isFields(one) && one['type'] === type)
}

export function isCondition(live: KubeObject, type: string, status: 'True' | 'False'): boolean {
  return textAt(condition(live, type), 'status') === status
}

/** `Reason: message` of a condition, as far as it has them. */
export function conditionText(live: KubeObject, type: string): string {
  const found = condition(live, type)
  const parts = [textAt(found, 'reason'), textAt(found, 'message')].filter((part) => part)
  return parts.length > 0 ? parts.join(': ') : `condition ${type}`
}
