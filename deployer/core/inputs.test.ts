import { expect, test } from 'vitest'
import { inputsOf } from './inputs.ts'

const named = (name: string) => ({ name })

test.for([
  { where: 'envFrom', spec: { containers: [{ envFrom: [{ configMapRef: named('c') }] }] } },
  {
    where: 'a variable of an init container',
    spec: { initContainers: [{ env: [{ valueFrom: { configMapKeyRef: named('c') } }] }] },
  },
  { where: 'a volume', spec: { volumes: [{ configMap: named('c') }] } },
  {
    where: 'one source of a volume',
    spec: {
      volumes: [{ projected: { sources: [{ secret: named('s') }, { configMap: named('c') }] } }],
    },
  },
])('a config map read through $where is an input of the pod', ({ spec }) => {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { template: { spec } },
  }
  const inputs = (value: string) =>
    inputsOf(deployment, [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: value } },
    ])
  expect(inputs('1')).toMatch(/^[0-9a-f]{16}$/)
  expect(inputs('2')).not.toBe(inputs('1'))
})

test('a Secret is none: a digest of a short one would give it away', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    spec: { volumes: [{ secret: { secretName: 's' } }] },
  }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'YQ==' } }
  expect(inputsOf(pod, [secret])).toBeUndefined()
})
