import { expect, test } from 'vitest'
import type { KubeObject } from '../object.ts'
import { createStore } from './store.ts'
import type { Change } from './store.ts'

const COLLECTION = '/configmaps'

function place(name: string, namespace = 'n') {
  return { collection: COLLECTION, namespace, name }
}

function object(name: string, data = ''): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n' }, data }
}

function names(list: readonly KubeObject[]): readonly (string | undefined)[] {
  return list.map(({ metadata }) => metadata.name)
}

test('each write has the next revision, and the object carries it', () => {
  const store = createStore()
  const before = store.revision()
  expect(store.put(place('a'), object('a')).metadata.resourceVersion).toBe(String(before + 1))
  expect(store.put(place('a'), object('a', '2')).metadata.resourceVersion).toBe(String(before + 2))
})

test('lists are in the order of their keys, and of one namespace if it is named', () => {
  const store = createStore()
  store.put(place('b'), object('b'))
  store.put(place('a'), object('a'))
  store.put(place('c', 'n2'), object('c'))
  expect(names(store.list(COLLECTION))).toEqual(['a', 'b', 'c'])
  expect(names(store.list(COLLECTION, 'n'))).toEqual(['a', 'b'])
})

test('a collection can be seen as it was', () => {
  const store = createStore()
  store.put(place('a'), object('a'))
  const revision = Number(store.put(place('b'), object('b', 'old')).metadata.resourceVersion)
  store.put(place('b'), object('b', 'new'))
  store.remove(place('a'), object('a'))
  store.put(place('c'), object('c'))
  const past = store.listAt(COLLECTION, revision)
  expect(names(past)).toEqual(['a', 'b'])
  expect(past[1]?.['data']).toBe('old')
})

test('a deletion is a change with the last state and a revision of its own', () => {
  const store = createStore()
  const changes: Change[] = []
  const stop = store.subscribe(COLLECTION, (change) => changes.push(change))
  const live = store.put(place('a'), object('a'))
  store.remove(place('a'), live)
  stop()
  store.put(place('b'), object('b'))
  expect(changes.map(({ type }) => type)).toEqual(['ADDED', 'DELETED'])
  expect(changes[1]?.object.metadata.resourceVersion).toBe(String(store.revision() - 1))
})

test('old changes are forgotten, and which ones is known', () => {
  const store = createStore({ history: 4 })
  for (let index = 0; index < 20; index += 1) store.put(place('a'), object('a', String(index)))
  const since = store.compacted()
  expect(since).toBeGreaterThan(1)
  expect(store.changesSince(since, COLLECTION).length).toBe(store.revision() - since)
})
