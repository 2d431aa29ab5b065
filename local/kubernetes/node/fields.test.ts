import { expect, test } from 'vitest'
import { podField, resourceField } from './fields.ts'
import { podAddress } from './pod-address.ts'
import type { Pod } from './pod.ts'
import { divideUp, nanoQuantity } from './quantity.ts'

const node = { address: '127.0.0.1', allocatable: { cpu: '2', memory: '4Gi' } }
const pod: Pod = {
  metadata: {
    name: 'demo',
    namespace: 'keyless-cosmos',
    uid: 'u-1',
    labels: { b: '2', a: 'say "hi"' },
    annotations: { 'example.com/x': 'y' },
  },
  spec: {
    nodeName: 'local-node',
    serviceAccountName: 'worker',
    containers: [
      {
        name: 'c',
        image: 'i',
        resources: { limits: { cpu: '1500m' }, requests: { memory: '64Mi' } },
      },
    ],
  },
  status: {},
}

test.for([
  { fieldPath: 'metadata.name', value: 'demo' },
  { fieldPath: 'metadata.namespace', value: 'keyless-cosmos' },
  { fieldPath: 'metadata.uid', value: 'u-1' },
  { fieldPath: 'metadata.labels', value: 'a="say \\"hi\\""\nb="2"' },
  { fieldPath: "metadata.labels['b']", value: '2' },
  { fieldPath: "metadata.labels['none']", value: '' },
  { fieldPath: "metadata.labels['constructor']", value: '' },
  { fieldPath: "metadata.annotations['example.com/x']", value: 'y' },
  { fieldPath: 'spec.nodeName', value: 'local-node' },
  { fieldPath: 'spec.serviceAccountName', value: 'worker' },
  { fieldPath: 'status.podIP', value: podAddress(pod, '127.0.0.1') },
  { fieldPath: 'status.hostIPs', value: '127.0.0.1' },
])('$fieldPath is $value', ({ fieldPath, value }) => {
  expect(podField(pod, { fieldPath }, node)).toBe(value)
})

test('a field the downward API does not have is refused', () => {
  expect(() => podField(pod, { fieldPath: 'spec.hostNetwork' }, node)).toThrow(
    'unsupported fieldPath: spec.hostNetwork',
  )
})

test.for([
  { resource: 'limits.cpu', divisor: '1m', value: '1500', because: 'the limit is set' },
  { resource: 'limits.cpu', value: '2', because: 'it is rounded up' },
  { resource: 'limits.memory', divisor: '1Mi', value: '4096', because: 'the node is the limit' },
  { resource: 'requests.memory', divisor: '1Mi', value: '64', because: 'the request is set' },
  { resource: 'requests.cpu', value: '0', because: 'nothing is requested' },
])('$resource in $divisor is $value: $because', ({ resource, divisor, value }) => {
  const ref = { resource, ...(divisor === undefined ? {} : { divisor }) }
  expect(resourceField(pod, pod.spec.containers[0], ref, node)).toBe(value)
  expect(resourceField(pod, undefined, { ...ref, containerName: 'c' }, node)).toBe(value)
})

test('a resource of a container that is not there is refused', () => {
  expect(() =>
    resourceField(pod, undefined, { resource: 'limits.cpu', containerName: 'x' }, node),
  ).toThrow('container x not found')
})

test.for([
  { text: '1', nano: 1_000_000_000n },
  { text: '500m', nano: 500_000_000n },
  { text: '0.1', nano: 100_000_000n },
  { text: '1.5Gi', nano: 1_610_612_736_000_000_000n },
  { text: '2e3', nano: 2_000_000_000_000n },
  { text: '10k', nano: 10_000_000_000_000n },
  { text: '5n', nano: 5n },
])('$text is $nano billionths', ({ text, nano }) => {
  expect(nanoQuantity(text)).toBe(nano)
})

test.for(['', 'm', '1Zi', 'x'])('"%s" is no quantity', (text) => {
  expect(() => nanoQuantity(text)).toThrow('not a quantity')
})

test('a tenth of a core is exactly a hundred millicores', () => {
  expect(divideUp('0.1', '1m')).toBe('100')
})
