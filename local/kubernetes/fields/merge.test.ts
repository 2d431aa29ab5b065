import { expect, test } from 'vitest'
import { catalog } from '../schema/catalog.ts'
import { OPEN } from '../schema/shape.ts'
import { mergeFields } from './merge.ts'

const META = catalog.shape('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')

/** The names of a set after the merge show the order; seen at a real server. */
test.for([
  { live: 'abc', applied: 'ca', merged: 'bca' },
  { live: 'abc', applied: 'd', merged: 'abcd' },
  { live: 'abc', applied: 'da', merged: 'dabc' },
  { live: 'abc', applied: 'bd', merged: 'abcd' },
  { live: '', applied: 'ba', merged: 'ba' },
  { live: 'ab', applied: '', merged: 'ab' },
])('$applied applied to $live gives $merged', ({ live, applied, merged }) => {
  const result = mergeFields(
    { finalizers: live.split('') },
    { finalizers: applied.split('') },
    META,
  )
  expect(result).toEqual({ finalizers: merged.split('') })
})

test('maps without a schema are merged by key, lists replaced', () => {
  const live = { a: { b: 1, l: [1, 2] }, keep: true }
  expect(mergeFields(live, { a: { c: 2, l: [3] } }, OPEN)).toEqual({
    a: { b: 1, c: 2, l: [3] },
    keep: true,
  })
  expect(live).toEqual({ a: { b: 1, l: [1, 2] }, keep: true })
})
