import { expect, test } from 'vitest'
import { difference } from './difference.ts'

test.for([
  { when: 'nothing changed', before: { a: [1] }, after: { a: [1] }, patch: [] },
  {
    when: 'a list has more behind',
    before: { a: [1] },
    after: { a: [1, 2, 3] },
    patch: [
      { op: 'add', path: '/a/1', value: 2 },
      { op: 'add', path: '/a/2', value: 3 },
    ],
  },
  {
    when: 'a list is new',
    before: {},
    after: { a: [1] },
    patch: [{ op: 'add', path: '/a', value: [1] }],
  },
  {
    when: 'a list was null',
    before: { a: null },
    after: { a: [1] },
    patch: [{ op: 'replace', path: '/a', value: [1] }],
  },
  {
    when: 'an item deep inside has another value and one more',
    before: { a: [{ b: 1 }, { b: 2 }] },
    after: { a: [{ b: 1 }, { b: 3, c: 4 }] },
    patch: [
      { op: 'replace', path: '/a/1/b', value: 3 },
      { op: 'add', path: '/a/1/c', value: 4 },
    ],
  },
  {
    when: 'a key has the characters of a pointer',
    before: { m: {} },
    after: { m: { 'a/b~c': 1 } },
    patch: [{ op: 'add', path: '/m/a~1b~0c', value: 1 }],
  },
  {
    when: 'a list became an object',
    before: { a: [] },
    after: { a: {} },
    patch: [{ op: 'replace', path: '/a', value: {} }],
  },
])('the patch when $when', ({ before, after, patch }) => {
  expect(difference(before, after)).toEqual(patch)
})

test('what lost a part is replaced as a whole', () => {
  const patch = [{ op: 'replace', path: '/a', value: { c: 1 } }]
  expect(difference({ a: { b: 1 } }, { a: { c: 1 } })).toEqual(patch)
})
