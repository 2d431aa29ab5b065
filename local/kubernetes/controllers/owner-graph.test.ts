import { expect, test } from 'vitest'
import type { KubeObject } from '../object.ts'
import { createOwnerGraph } from './owner-graph.ts'

const resource = {
  name: 'configmaps',
  kind: 'ConfigMap',
  group: '',
  apiVersion: 'v1',
  namespaced: true,
  verbs: [],
  path: '/api/v1/configmaps',
}

function map(uid: string, owners: readonly string[] = [], more: object = {}): KubeObject {
  const ownerReferences = owners.map((owner) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner,
    uid: owner,
  }))
  const metadata = { uid, name: uid, ownerReferences, ...more }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata }
}

test('an owner knows its dependents, whoever came first', () => {
  const graph = createOwnerGraph()
  graph.record(resource, map('child', ['parent']), 'added')
  graph.record(resource, map('parent'), 'added')
  const parent = graph.get('parent')
  expect(parent && graph.dependentsOf(parent).map(({ metadata }) => metadata.uid)).toEqual([
    'child',
  ])
  graph.record(resource, map('child', []), 'modified')
  expect(parent && graph.dependentsOf(parent)).toEqual([])
})

test('a change wakes whose fate it decides', () => {
  const graph = createOwnerGraph()
  expect(graph.record(resource, map('parent'), 'added')).toEqual(['parent'])
  expect(graph.record(resource, map('child', ['parent']), 'added')).toEqual(['child'])
  const going = { deletionTimestamp: '2026-11-23T10:00:00Z' }
  expect(graph.record(resource, map('parent', [], going), 'modified')).toEqual(['parent', 'child'])
  expect(graph.record(resource, map('parent', [], going), 'deleted')).toEqual(['child'])
  expect(graph.record(resource, map('child', ['parent']), 'deleted')).toEqual(['parent'])
})

test('only what decides is remembered', () => {
  const graph = createOwnerGraph()
  const more = { labels: { a: 'b' }, annotations: { c: 'd' }, managedFields: [{}] }
  graph.record(resource, map('one', [], more), 'added')
  expect(Object.keys(graph.get('one')?.metadata ?? {})).toEqual(['uid', 'name', 'ownerReferences'])
})
