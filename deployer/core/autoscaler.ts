import { at } from './object.ts'
import type { KubeObject } from './object.ts'
import { HUMAN_MANAGERS } from './conflicts.ts'

/**
 * The object as it is asked for, without a number of replicas that an autoscaler has set on the live one.
 *
 * A HorizontalPodAutoscaler writes through the scale subresource, under the name of the controller manager. Leaving the
 * field out keeps the live value, because the autoscaler owns it; taking it back would start a fight (and dropping it
 * before anyone else owns it would scale to one, which is why it is dropped only then). `kubectl scale` writes there
 * too, but behind it stands a person: that is drift.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling
 */
export function withoutAutoscaled(desired: KubeObject, live: KubeObject): KubeObject {
  const { spec } = desired
  if (at(spec, 'replicas') === undefined || autoscalerOf(live) === undefined) return desired
  const { replicas: _, ...rest } = spec as { readonly replicas: unknown }
  return { ...desired, spec: rest }
}

/** The manager that owns `.spec.replicas` as an autoscaler, or undefined. */
export function autoscalerOf(live: KubeObject): string | undefined {
  const entry = live.metadata.managedFields?.find(
    ({ manager = '', subresource = '', fieldsV1 }) =>
      at(fieldsV1, 'f:spec', 'f:replicas') !== undefined &&
      (manager === 'kube-controller-manager' ||
        (subresource === 'scale' && !HUMAN_MANAGERS.includes(manager))),
  )
  return entry?.manager
}
