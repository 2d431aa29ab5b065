import { expect, test } from 'vitest'
import { compareElements, elementText, isPathElement, keyElement } from './path-element.ts'

test('keys are written in alphabetical order', () => {
  expect(keyElement({ protocol: 'TCP', containerPort: 80 })).toBe(
    'k:{"containerPort":80,"protocol":"TCP"}',
  )
})

test.for([
  { what: 'a field', element: 'f:spec', text: '.spec' },
  { what: 'an item', element: 'k:{"name":"web"}', text: '[name="web"]' },
  {
    what: 'an item with two keys',
    element: 'k:{"port":53,"protocol":"UDP"}',
    text: '[port=53,protocol="UDP"]',
  },
  { what: 'a value of a set', element: 'v:"x.io/a"', text: '[="x.io/a"]' },
])('$what reads $text', ({ element, text }) => {
  expect(elementText(element)).toBe(text)
})

test('fields come before items, items before values, and numbers go by size', () => {
  const sorted = ['f:a', 'f:b', 'k:{"port":80}', 'k:{"port":443}', 'v:"a"', 'v:"b"', 'v:true']
  expect(sorted.toReversed().toSorted(compareElements)).toEqual(sorted)
})

test.for([
  { text: 'f:', known: true },
  { text: 'k:{"a":1}', known: true },
  { text: 'v:1', known: true },
  { text: 'k:[1]', known: false },
  { text: 'v:{', known: false },
  { text: 'x:1', known: false },
])('$text is an element: $known', ({ text, known }) => {
  expect(isPathElement(text)).toBe(known)
})
