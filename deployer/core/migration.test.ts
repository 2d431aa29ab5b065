import { expect, test } from 'vitest'
import { leftBehind, migratedManagers, needsMigration, withoutLastApplied } from './migration.ts'
import type { KubeObject, ManagedFieldsEntry } from './object.ts'

const CLIENT_SIDE: ManagedFieldsEntry = {
  manager: 'kubectl-client-side-apply',
  operation: 'Update',
  apiVersion: 'v1',
  fieldsV1: {
    'f:data': { '.': {}, 'f:a': {}, 'f:old': {} },
    'f:metadata': {
      'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {} },
    },
    'f:items': { 'k:{"name":"x"}': { '.': {}, 'f:name': {} } },
  },
}
const OURS: ManagedFieldsEntry = {
  manager: 'keyless-cosmos',
  operation: 'Apply',
  apiVersion: 'v1',
  fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } },
}

function object(...managedFields: readonly ManagedFieldsEntry[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'x',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      managedFields,
    },
    data: { a: '1', old: '2' },
    items: [{ name: 'x' }],
  }
}

test.for([
  { who: 'kubectl apply', entry: CLIENT_SIDE, needed: true },
  { who: 'kubectl edit', entry: { ...CLIENT_SIDE, manager: 'kubectl-edit' }, needed: false },
  {
    who: 'kubectl apply in another version',
    entry: { ...CLIENT_SIDE, apiVersion: 'v2' },
    needed: false,
  },
])('a migration is needed = $needed when $who owns fields', ({ entry, needed }) => {
  expect(needsMigration(object(entry))).toBe(needed)
})

test('the fields of client-side apply become ours, and its entry goes', () => {
  const other = { manager: 'other', operation: 'Update' }
  expect(migratedManagers(object(CLIENT_SIDE, OURS, other))).toMatchObject([
    other,
    {
      manager: 'keyless-cosmos',
      operation: 'Apply',
      fieldsV1: { 'f:data': { 'f:old': {}, 'f:b': {} } },
    },
  ])
  expect(migratedManagers(object(CLIENT_SIDE))).toMatchObject([
    {
      manager: 'keyless-cosmos',
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsV1: CLIENT_SIDE.fieldsV1,
    },
  ])
})

test('what nobody else owns after the apply is left behind', () => {
  const { tree, trees } = leftBehind(object(CLIENT_SIDE), object(CLIENT_SIDE, OURS))
  expect({ tree, trees }).toEqual({ tree: CLIENT_SIDE.fieldsV1, trees: [OURS.fieldsV1] })
})

test('the copy of what was applied is left out, and with it annotations that hold nothing else', () => {
  const { annotations: _, ...metadata } = object().metadata
  expect(withoutLastApplied(object())).toEqual({ ...object(), metadata })
  expect(withoutLastApplied({ ...object(), metadata })).toEqual({ ...object(), metadata })
  const more = { ...object().metadata.annotations, theirs: 'x' }
  expect(withoutLastApplied({ ...object(), metadata: { ...metadata, annotations: more } })).toEqual(
    { ...object(), metadata: { ...metadata, annotations: { theirs: 'x' } } },
  )
})
