import { expect, test } from 'vitest'
import { patchBetween } from './json-patch.ts'

function object(more: object, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', ...metadata }, ...more }
}

test('what differs is replaced, what came is added, and what went is removed', () => {
  const before = object(
    { spec: { a: 1 }, data: { b: '2' }, same: [1] },
    { annotations: { c: '3' } },
  )
  const after = object({ spec: { a: 2 }, 'x/y': 1, same: [1] }, { labels: { d: '4' } })
  expect(patchBetween(before, after)).toEqual([
    { op: 'add', path: '/spec', value: { a: 2 } },
    { op: 'remove', path: '/data' },
    { op: 'add', path: '/x~1y', value: 1 },
    { op: 'add', path: '/metadata/labels', value: { d: '4' } },
    { op: 'remove', path: '/metadata/annotations' },
  ])
})

test('what only the API server writes is left out', () => {
  const before = object({ status: { phase: 'A' } }, { resourceVersion: '1', managedFields: [] })
  expect(patchBetween(before, object({ status: { phase: 'B' } }))).toEqual([])
})
