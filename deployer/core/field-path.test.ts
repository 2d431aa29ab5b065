import { expect, test } from 'vitest'
import { valueAtFieldPath } from './field-path.ts'

const OBJECT = {
  metadata: { labels: { 'app.kubernetes.io/name': 'x', app: 'y' }, finalizers: ['a/b', 'c'] },
  spec: {
    replicas: 3,
    containers: [{ name: 'w', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }],
    odd: [{ name: 'a]b', value: 1 }],
  },
}

test.for([
  { path: '.spec.replicas', value: 3 },
  { path: '.metadata.labels.app.kubernetes.io/name', value: 'x' },
  { path: '.metadata.labels.app', value: 'y' },
  {
    path: '.spec.containers[name="w"].ports[containerPort=80,protocol="TCP"].name',
    value: 'http',
  },
  { path: '.metadata.finalizers[="c"]', value: 'c' },
  { path: '.spec.odd[name="a]b"].value', value: 1 },
  { path: '.spec.containers[0].name', value: 'w' },
  { path: '.spec.containers[name="z"].image', value: undefined },
  { path: '.spec.absent', value: undefined },
])('$path leads to $value', ({ path, value }) => {
  expect(valueAtFieldPath(OBJECT, path)).toEqual(value)
})
