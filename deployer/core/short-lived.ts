import { numberAt } from './object.ts'
import type { KubeObject } from './object.ts'

/**
 * Whether an object deletes itself once it is done, so that it is not missed.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
 */
export function deletesItself(object: KubeObject): boolean {
  return object.kind === 'Job' && numberAt(object, 'spec', 'ttlSecondsAfterFinished') !== undefined
}
