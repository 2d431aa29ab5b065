import { expect, test } from 'vitest'
import type { Fields, KubeObject } from './object.ts'
import { kindsDefinedBy, missesUpcoming, missingBefore } from './prerequisites.ts'

function object(apiVersion: string, kind: string, name: string, fields: Fields = {}): KubeObject {
  const namespace = kind === 'Namespace' ? {} : { namespace: 'ns' }
  return { apiVersion, kind, metadata: { name, ...namespace }, ...fields }
}

const DEFINITION = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'as.x.io', {
  spec: {
    group: 'x.io',
    scope: 'Namespaced',
    names: { kind: 'A', plural: 'as' },
    versions: [
      { name: 'v1', served: true },
      { name: 'v0', served: false },
    ],
  },
})

test.for([
  {
    when: 'its namespace is new',
    upcoming: [object('v1', 'Namespace', 'ns')],
    missing: 'namespace "ns"',
  },
  {
    when: 'another namespace is new',
    upcoming: [object('v1', 'Namespace', 'other')],
    missing: undefined,
  },
  { when: 'its kind is new', upcoming: [DEFINITION], missing: 'the definition of A' },
])('an object misses $missing when $when', ({ upcoming, missing }) => {
  expect(missingBefore(object('x.io/v1', 'A', 'a'), upcoming)).toBe(missing)
})

test('a definition brings the kinds of its served versions', () => {
  expect(kindsDefinedBy([DEFINITION])).toEqual([
    { apiVersion: 'x.io/v1', kind: 'A', resource: 'as', namespaced: true },
  ])
})

test.for([
  {
    says: 'pods "p" is forbidden: error looking up service account ns/worker: serviceaccount "worker" not found',
    misses: 'ServiceAccount "worker"',
  },
  { says: 'serviceaccount "other" not found', misses: undefined },
  { says: 'spec.worker: Invalid value: "worker"', misses: undefined },
])('the refusal "$says" misses $misses', ({ says, misses }) => {
  expect(missesUpcoming(says, [object('v1', 'ServiceAccount', 'worker')])).toBe(misses)
})
