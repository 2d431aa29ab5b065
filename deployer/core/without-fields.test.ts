import { expect, test } from 'vitest'
import { withoutFields } from './without-fields.ts'

const LIST = [
  { name: 'a', value: '1' },
  { name: 'b', value: '2' },
]
const A = { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:value': {} } }

test.for([
  { what: 'a field', value: { a: 1, b: 2 }, tree: { 'f:a': {} }, trees: [], left: { b: 2 } },
  {
    what: 'a field, but not what somebody else owns beside it',
    value: { a: { b: 1, c: 2 } },
    tree: { 'f:a': { 'f:b': {}, 'f:c': {} } },
    trees: [{ 'f:a': { 'f:c': {} } }],
    left: { a: { c: 2 } },
  },
  {
    what: 'nothing of what somebody else owns as a whole',
    value: { a: { b: 1 } },
    tree: { 'f:a': { 'f:b': {} } },
    trees: [{ 'f:a': {} }],
    left: { a: { b: 1 } },
  },
  {
    what: 'a map whose being there is owned',
    value: { a: { b: 1, c: 2 } },
    tree: { 'f:a': { '.': {}, 'f:b': {} } },
    trees: [],
    left: {},
  },
  {
    what: 'a map that is empty then',
    value: { a: { b: { c: 1 } } },
    tree: { 'f:a': { 'f:b': { 'f:c': {} } } },
    trees: [],
    left: {},
  },
  { what: 'an item', value: { l: LIST }, tree: { 'f:l': A }, trees: [], left: { l: [LIST[1]] } },
  {
    what: 'a field of an item that somebody else has too',
    value: { l: LIST },
    tree: { 'f:l': A },
    trees: [{ 'f:l': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} } } }],
    left: { l: [{ name: 'a' }, LIST[1]] },
  },
  {
    what: 'a value of a set',
    value: { s: ['x', 'y'] },
    tree: { 'f:s': { 'v:"x"': {} } },
    trees: [],
    left: { s: ['y'] },
  },
  { what: 'nothing that is not there', value: { a: 1 }, tree: { 'f:b': {} }, left: { a: 1 } },
])('$what goes', ({ value, tree, trees = [], left }) => {
  expect(withoutFields(value, { tree, trees })).toEqual(left)
})
