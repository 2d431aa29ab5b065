import { expect, test } from 'vitest'
import { givenBack, parsePrior, priorOf } from './adoption.ts'
import { FIELD_MANAGER, MANAGED_BY_LABEL, PART_OF_LABEL } from './ownership.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const BARE = { [PART_OF_LABEL]: null, [MANAGED_BY_LABEL]: null }

test.for([
  { what: 'what we made keeps all but our two labels', prior: undefined, patch: BARE, removed: [] },
  {
    what: 'of what was adopted, what we put on it goes',
    prior: { labels: {}, annotations: {} },
    patch: { ...BARE, [ENFORCE]: null },
    removed: [ENFORCE],
  },
  {
    what: 'what had the same value before stays',
    prior: { labels: { [ENFORCE]: 'restricted' }, annotations: {} },
    patch: BARE,
    removed: [],
  },
  {
    what: 'what had another value before gets it back',
    prior: { labels: { [ENFORCE]: 'baseline' }, annotations: {} },
    patch: { ...BARE, [ENFORCE]: 'baseline' },
    removed: [],
    restored: [`${ENFORCE}=baseline`],
  },
])('$what', ({ prior, patch, removed, restored = [] }) => {
  const found = givenBack(namespace({ [ENFORCE]: 'restricted' }), prior)
  expect(found).toEqual({ patch: { labels: patch, annotations: {} }, removed, restored })
})

test('what others state as well, and what is no longer ours, stays', () => {
  const both = namespace({ [ENFORCE]: 'restricted', team: 'a' }, { [ENFORCE]: {} })
  const { patch, removed } = givenBack(both, { labels: {}, annotations: {} })
  expect(patch.labels).toEqual({ ...BARE, team: null })
  expect(removed).toEqual(['team'])
})

test('only what ours take the place of is remembered, and read again', () => {
  const labels = { [ENFORCE]: 'baseline', team: 'a' }
  const live = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', labels } }
  const prior = priorOf(live, namespace({ [ENFORCE]: 'restricted', other: 'b' }))
  expect(prior).toEqual({ labels: { [ENFORCE]: 'baseline' }, annotations: {} })
  expect(parsePrior(JSON.parse(JSON.stringify(prior)))).toEqual(prior)
  expect(parsePrior(undefined)).toBeUndefined()
})

function namespace(labels: Readonly<Record<string, string>>, theirs: object = {}) {
  const all = { [PART_OF_LABEL]: 'set', [MANAGED_BY_LABEL]: FIELD_MANAGER, ...labels }
  const ours = Object.fromEntries(Object.keys(all).map((key) => [`f:${key}`, {}]))
  const others = Object.fromEntries(Object.keys(theirs).map((key) => [`f:${key}`, {}]))
  const managedFields = [
    {
      manager: FIELD_MANAGER,
      operation: 'Apply',
      fieldsV1: { 'f:metadata': { 'f:labels': ours } },
    },
    { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:labels': others } } },
  ]
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'a', labels: all, managedFields },
  }
}
