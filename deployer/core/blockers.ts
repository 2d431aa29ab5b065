import { listAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/** Why an object does not go: its own finalizers, or what its namespace reports about itself. */
export function blockers(object: KubeObject): string {
  const finalizers = object.metadata.finalizers ?? []
  if (finalizers.length > 0) return `waits for finalizers ${finalizers.join(', ')}`
  const conditions = listAt(object, 'status', 'conditions')
    .filter((condition) => textAt(condition, 'status') === 'True')
    .flatMap((condition) => textAt(condition, 'message') ?? [])
  return conditions.length > 0 ? conditions.join('; ') : 'still there'
}
