import { expect, test } from 'vitest'
import { apiServerVariables, containerEnvironment, referencedNames } from './environment.ts'
import type { Container, EnvFromSource, EnvVar, Pod } from './pod.ts'

const pod: Pod = {
  metadata: { name: 'demo', namespace: 'ns', uid: 'u-1' },
  spec: { containers: [] },
  status: {},
}
const given = {
  sources: {
    configMaps: new Map([
      ['worker', { ENDPOINT: 'https://x', 'odd-key': 'kept' }],
      ['none', undefined],
    ]),
    secrets: new Map([
      ['keys', { PASSWORD: 's3cret' }],
      ['none', undefined],
    ]),
  },
  node: { address: '127.0.0.1', allocatable: { cpu: '2' } },
  services: { KUBERNETES_SERVICE_HOST: '127.0.0.1' },
}

interface Row {
  readonly when: string
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly EnvFromSource[]
}

function environmentOf({ env, envFrom }: Row): Record<string, string> {
  const container: Container = { name: 'c', image: 'i', env: env ?? [], envFrom: envFrom ?? [] }
  return containerEnvironment(pod, container, given)
}

test.for<Row & { readonly result: Record<string, string> }>([
  { when: 'nothing is asked for', result: {} },
  { when: 'a literal is given', env: [{ name: 'A', value: '1' }], result: { A: '1' } },
  { when: 'a variable has no value', env: [{ name: 'A' }], result: { A: '' } },
  {
    when: 'a literal refers to an earlier one',
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)-$(C)-$(KUBERNETES_SERVICE_HOST)' },
      { name: 'C', value: '3' },
    ],
    result: { A: '1', B: '1-$(C)-127.0.0.1', C: '3' },
  },
  {
    when: 'a literal refers to what every object inherits',
    env: [{ name: 'A', value: '$(constructor)' }],
    result: { A: '$(constructor)' },
  },
  {
    when: 'an optional key is called as what every object inherits',
    env: [
      {
        name: 'A',
        valueFrom: { configMapKeyRef: { name: 'worker', key: 'toString', optional: true } },
      },
    ],
    result: {},
  },
  {
    when: 'a config map comes as a whole',
    envFrom: [{ configMapRef: { name: 'worker' } }],
    result: { ENDPOINT: 'https://x', 'odd-key': 'kept' },
  },
  {
    when: 'a secret comes with a prefix',
    envFrom: [{ prefix: 'DB_', secretRef: { name: 'keys' } }],
    result: { DB_PASSWORD: 's3cret' },
  },
  {
    when: 'env has the same name as envFrom',
    envFrom: [{ configMapRef: { name: 'worker' } }],
    env: [{ name: 'ENDPOINT', value: 'mine' }],
    result: { ENDPOINT: 'mine', 'odd-key': 'kept' },
  },
  {
    when: 'single keys are taken',
    env: [
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'worker', key: 'ENDPOINT' } } },
      { name: 'B', valueFrom: { secretKeyRef: { name: 'keys', key: 'PASSWORD' } } },
      { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ],
    result: { A: 'https://x', B: 's3cret', C: 'demo', D: '2' },
  },
  {
    when: 'what is missing is optional',
    envFrom: [
      { configMapRef: { name: 'none', optional: true } },
      { secretRef: { name: 'none', optional: true } },
    ],
    env: [
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'x', optional: true } } },
      { name: 'B', valueFrom: { secretKeyRef: { name: 'keys', key: 'x', optional: true } } },
    ],
    result: {},
  },
  {
    when: 'the pod names its own API server',
    env: [{ name: 'KUBERNETES_SERVICE_HOST', value: 'other' }],
    result: { KUBERNETES_SERVICE_HOST: 'other' },
  },
])('the environment is right when $when', ({ result, ...row }) => {
  expect(environmentOf(row)).toEqual({ ...given.services, ...result })
})

test.for<Row & { readonly message: string }>([
  {
    when: 'a config map is missing',
    envFrom: [{ configMapRef: { name: 'none' } }],
    message: 'configmap "none" not found',
  },
  {
    when: 'a secret is missing',
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'x' } } }],
    message: 'secret "none" not found',
  },
  {
    when: 'a key of a config map is missing',
    env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'worker', key: 'x' } } }],
    message: "couldn't find key x in ConfigMap ns/worker",
  },
  {
    when: 'a key of a secret is missing',
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'x' } } }],
    message: "couldn't find key x in Secret ns/keys",
  },
  {
    when: 'a field is unknown',
    env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.x' } } }],
    message: 'unsupported fieldPath: spec.x',
  },
])('the environment is refused with the reason when $when', ({ message, ...row }) => {
  expect(() => environmentOf(row)).toThrow(message)
})

test('the names to fetch are those of env and envFrom, each once', () => {
  const { configMaps, secrets } = referencedNames({
    name: 'c',
    image: 'i',
    envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 's' } }],
    env: [
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'a', key: 'x' } } },
      { name: 'B', valueFrom: { configMapKeyRef: { name: 'b', key: 'x' } } },
    ],
  })
  expect([...configMaps]).toEqual(['a', 'b'])
  expect([...secrets]).toEqual(['s'])
})

test('the API server is announced as the service kubernetes would be', () => {
  expect(apiServerVariables('https://127.0.0.1:16443')).toEqual({
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: '16443',
    KUBERNETES_SERVICE_PORT_HTTPS: '16443',
    KUBERNETES_PORT: 'tcp://127.0.0.1:16443',
    KUBERNETES_PORT_16443_TCP: 'tcp://127.0.0.1:16443',
    KUBERNETES_PORT_16443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_16443_TCP_PORT: '16443',
    KUBERNETES_PORT_16443_TCP_ADDR: '127.0.0.1',
  })
})
