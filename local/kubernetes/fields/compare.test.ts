import { expect, test } from 'vitest'
import { catalog } from '../schema/catalog.ts'
import { OPEN } from '../schema/shape.ts'
import { compareFields } from './compare.ts'
import { paths, pathText } from './field-set.ts'

const SPEC = catalog.shape('io.k8s.api.core.v1.PodSpec')

test.for([
  {
    when: 'items of a list with keys change places',
    left: { containers: [{ name: 'a' }, { name: 'b' }] },
    right: { containers: [{ name: 'b' }, { name: 'a' }] },
  },
  {
    when: 'an item comes and one goes',
    left: { containers: [{ name: 'a' }] },
    right: { containers: [{ name: 'b' }] },
    added: ['.containers[name="b"]', '.containers[name="b"].name'],
    removed: ['.containers[name="a"]', '.containers[name="a"].name'],
  },
  {
    when: 'an atomic list changes its order',
    left: { tolerations: [{ key: 'a' }, { key: 'b' }] },
    right: { tolerations: [{ key: 'b' }, { key: 'a' }] },
    modified: ['.tolerations'],
  },
  {
    when: 'an empty structure appears',
    left: {},
    right: { securityContext: {} },
    added: ['.securityContext'],
  },
  {
    when: 'null gets a value',
    left: { securityContext: null },
    right: { securityContext: { runAsUser: 1 } },
    added: ['.securityContext.runAsUser'],
  },
  {
    when: 'a value without schema changes its type',
    shape: OPEN,
    left: { a: 'text' },
    right: { a: { b: 1 } },
    added: ['.a.b'],
    modified: ['.a'],
  },
  {
    when: 'an item appears a second time',
    left: { containers: [{ name: 'a' }] },
    right: { containers: [{ name: 'a' }, { name: 'a', image: 'i' }] },
    modified: ['.containers[name="a"]'],
  },
])('tells what differs when $when', ({ left, right, shape, ...expected }) => {
  const { added, modified, removed } = compareFields(left, right, shape ?? SPEC)
  expect({
    added: paths(added).map(pathText),
    modified: paths(modified).map(pathText),
    removed: paths(removed).map(pathText),
  }).toEqual({
    added: expected.added ?? [],
    modified: expected.modified ?? [],
    removed: expected.removed ?? [],
  })
})
