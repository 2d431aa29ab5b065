import { expect, test } from 'vitest'
import { autoscalerOf, withoutAutoscaled } from './autoscaler.ts'
import type { KubeObject } from './object.ts'

const DESIRED: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'x' },
  spec: { replicas: 1, paused: false },
}

function live(manager: string, subresource: string, field = 'f:replicas'): KubeObject {
  const managedFields = [
    { manager, operation: 'Update', subresource, fieldsV1: { 'f:spec': { [field]: {} } } },
  ]
  return { ...DESIRED, metadata: { name: 'x', managedFields }, spec: { replicas: 5 } }
}

test.for([
  {
    who: 'the horizontal pod autoscaler',
    object: live('kube-controller-manager', 'scale'),
    left: true,
  },
  { who: 'another autoscaler', object: live('keda', 'scale'), left: true },
  { who: 'a person with kubectl scale', object: live('kubectl', 'scale'), left: false },
  { who: 'a program that writes the object itself', object: live('other', ''), left: false },
  { who: 'nobody', object: live('kube-controller-manager', '', 'f:paused'), left: false },
])('replicas set by $who are left alone = $left', ({ object, left }) => {
  expect(withoutAutoscaled(DESIRED, object)['spec']).toEqual(
    left ? { paused: false } : { replicas: 1, paused: false },
  )
  expect(autoscalerOf(object) !== undefined).toBe(left)
})
