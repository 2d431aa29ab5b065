import { expect, test } from 'vitest'
import { catalog } from '../schema/catalog.ts'
import { typedProblems } from './typed-problems.ts'

const SHAPE = catalog.shape('io.k8s.api.apps.v1.DeploymentSpec')
const containers = (...items: readonly unknown[]): unknown => ({
  template: { spec: { containers: items } },
})

/** Sentences of a real 1.36.3 server. */
test.for([
  { value: { foo: 1 }, problem: '.foo: field not declared in schema' },
  { value: { replicas: 'x' }, problem: '.replicas: expected numeric (int or float), got string' },
  { value: { paused: 1 }, problem: '.paused: expected boolean, got &{1}' },
  { value: { template: [] }, problem: '.template: expected map, got &{[]}' },
  {
    value: { template: { spec: { containers: {} } } },
    problem: '.template.spec.containers: expected list, got &{map[]}',
  },
  {
    value: { template: { metadata: { labels: { a: 1 } } } },
    problem: '.template.metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}',
  },
  {
    value: containers(1, null),
    problem:
      '.template.spec.containers: element 0: associative list with keys may not have non-map elements',
  },
  {
    value: containers({ name: 'c' }, { name: 'c' }),
    problem: '.template.spec.containers: duplicate entries for key [name="c"]',
  },
  {
    value: containers({ name: 1 }),
    problem:
      '.template.spec.containers[name=1].name: expected string, got &value.valueUnstructured{Value:1}',
  },
])('$problem', ({ value, problem }) => {
  expect(typedProblems(value, SHAPE)).toEqual([problem])
})

test('null fits everywhere', () => {
  expect(typedProblems({ replicas: null, template: null, selector: null }, SHAPE)).toEqual([])
})
