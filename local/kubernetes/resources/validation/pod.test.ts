import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../object.ts'
import { validatePod, validatePodUpdate } from './pod.ts'

const CONTAINER = {
  name: 'a',
  image: 'b',
  imagePullPolicy: 'Always',
  terminationMessagePolicy: 'File',
}

function pod(spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', containers: [CONTAINER], ...spec },
  }
}

test.for([
  { spec: {}, found: [] },
  { spec: { containers: [] }, found: ['spec.containers: Required value'] },
  {
    spec: { containers: [{ ...CONTAINER, image: '' }] },
    found: ['spec.containers[0].image: Required value'],
  },
  {
    spec: { containers: [CONTAINER, CONTAINER] },
    found: ['spec.containers[1].name: Duplicate value: "a"'],
  },
  {
    spec: { restartPolicy: 'Sometimes' },
    found: [
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
  },
  {
    spec: { containers: [{ ...CONTAINER, volumeMounts: [{ name: 'x', mountPath: '/x' }] }] },
    found: ['spec.containers[0].volumeMounts[0].name: Not found: "x"'],
  },
  {
    spec: {
      containers: [{ ...CONTAINER, resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }],
    },
    found: [
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
  },
])('$spec is answered with $found', ({ spec, found }) => {
  expect(validatePod(pod(spec)).map(({ field, message }) => `${field}: ${message}`)).toEqual(found)
})

describe('a pod that is there', () => {
  test.for([
    { what: 'its image', spec: { containers: [{ ...CONTAINER, image: 'c' }] } },
    { what: 'its deadline', spec: { activeDeadlineSeconds: 5 } },
    { what: 'a toleration more', spec: { tolerations: [{ key: 'a' }] } },
  ])('may change $what', ({ spec }) => {
    expect(changed(spec)).toEqual([])
  })

  test.for([
    { what: 'its command', spec: { containers: [{ ...CONTAINER, command: ['x'] }] } },
    { what: 'its restart policy', spec: { restartPolicy: 'Never' } },
  ])('may not change $what', ({ spec }) => {
    expect(changed(spec)).toEqual(['spec'])
  })
})

function changed(spec: object): readonly string[] {
  return validatePodUpdate(pod(spec), pod()).map(({ field }) => field ?? '')
}
