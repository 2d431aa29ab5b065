import { ownersOf } from './field-owners.ts'
import { at, isFields } from './object.ts'
import type { KubeObject } from './object.ts'

/** Managers of `.spec.replicas` that follow the load: the controller behind every HorizontalPodAutoscaler, and KEDA's. */
const AUTOSCALERS = /^kube-controller-manager$|autoscal|keda/

/**
 * What we ask for, without the number of replicas while an autoscaler decides it. To put that back would undo its work
 * at every change of load; it comes back to us when the autoscaler is gone.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export function withoutAutoscaled(desired: KubeObject, live: KubeObject): KubeObject {
  const spec = desired['spec']
  if (!isFields(spec) || at(spec, 'replicas') === undefined) return desired
  const isScaled = ownersOf(live, '.spec.replicas').some(({ manager }) => AUTOSCALERS.test(manager))
  if (!isScaled) return desired
  const { replicas: _, ...rest } = spec
  return { ...desired, spec: rest }
}
