import { expect, test } from 'vitest'
import { StatusError } from '../errors.ts'
import { applyJsonPatch } from './json-patch.ts'

const document = { n: 1, labels: { l: '1', 'a/b~c': '2' }, list: ['x', 'y'] }

test.for([
  { op: 'add a key', patch: { op: 'add', path: '/labels/m', value: '2' }, labels: { m: '2' } },
  { op: 'add no value', patch: { op: 'add', path: '/labels/m' }, labels: { m: null } },
  {
    op: 'replace a missing key',
    patch: { op: 'replace', path: '/labels/m', value: '' },
    labels: { m: '' },
  },
  { op: 'copy', patch: { op: 'copy', from: '/n', path: '/labels/m' }, labels: { m: 1 } },
  {
    op: 'copy a missing key',
    patch: { op: 'copy', from: '/no', path: '/labels/m' },
    labels: { m: null },
  },
  {
    op: 'escape',
    patch: { op: 'replace', path: '/labels/a~1b~0c', value: '' },
    labels: { 'a/b~c': '' },
  },
  { op: 'append', patch: { op: 'add', path: '/list/-', value: 'z' }, list: ['x', 'y', 'z'] },
  { op: 'insert', patch: { op: 'add', path: '/list/1', value: 'z' }, list: ['x', 'z', 'y'] },
  {
    op: 'insert from the end',
    patch: { op: 'add', path: '/list/-1', value: 'z' },
    list: ['x', 'y', 'z'],
  },
  { op: 'remove from the end', patch: { op: 'remove', path: '/list/-1' }, list: ['x'] },
  {
    op: 'replace an item',
    patch: { op: 'replace', path: '/list/0', value: 'z' },
    list: ['z', 'y'],
  },
  { op: 'test', patch: { op: 'test', path: '/list', value: ['x', 'y'] } },
  { op: 'test what is not there for null', patch: { op: 'test', path: '/no', value: null } },
])('can $op', ({ patch, labels, list }) => {
  expect(applyJsonPatch(document, [patch])).toEqual({
    ...document,
    labels: { ...document.labels, ...labels },
    list: list ?? document.list,
  })
})

test('a move leaves nothing behind, and the document is not touched', () => {
  const before = structuredClone(document)
  const patched = applyJsonPatch(document, [{ op: 'move', from: '/labels', path: '/moved' }])
  expect(patched).toEqual({ n: 1, list: ['x', 'y'], moved: document.labels })
  expect(document).toEqual(before)
})

test('replacing the root replaces everything', () => {
  expect(applyJsonPatch(document, [{ op: 'replace', path: '', value: { a: 1 } }])).toEqual({ a: 1 })
})

test('a key named like a prototype is a key', () => {
  const patched = applyJsonPatch({ data: {} }, [{ op: 'add', path: '/data/__proto__', value: 'x' }])
  expect(JSON.stringify(patched)).toBe('{"data":{"__proto__":"x"}}')
})

test.for([
  { why: 'a test fails', patch: { op: 'test', path: '/n', value: 2 } },
  { why: 'the way ends early', patch: { op: 'add', path: '/no/a/b', value: 1 } },
  { why: 'the way leads through a scalar', patch: { op: 'add', path: '/n/a', value: 1 } },
  { why: 'the operation is unknown', patch: { op: 'foo', path: '/n' } },
  { why: 'there is no path', patch: { op: 'add', value: 1 } },
  { why: 'the key to remove is missing', patch: { op: 'remove', path: '/no' } },
  { why: 'the source is missing', patch: { op: 'move', from: '/no', path: '/a' } },
  { why: 'the index is no number', patch: { op: 'add', path: '/list/q', value: 1 } },
  { why: 'the index is too high', patch: { op: 'add', path: '/list/3', value: 1 } },
  { why: 'the index is too low', patch: { op: 'remove', path: '/list/-3' } },
  { why: 'a tested index is too high', patch: { op: 'test', path: '/list/9', value: null } },
])('is refused with 422 when $why', ({ patch }) => {
  expect(() => applyJsonPatch(document, [patch])).toThrow(
    expect.objectContaining({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    }),
  )
})

test.for([
  { patch: { op: 'add' }, message: 'object into Go value of type []handlers.jsonPatchOp' },
  { patch: [1], message: 'number into Go value of type handlers.jsonPatchOp' },
  { patch: [{ op: 1 }], message: 'number into Go struct field jsonPatchOp.op of type string' },
])('is refused with 400: cannot unmarshal $message', ({ patch, message }) => {
  expect(() => applyJsonPatch(document, patch)).toThrow(
    new StatusError(400, 'BadRequest', `error decoding patch: json: cannot unmarshal ${message}`),
  )
})

test('more than ten thousand operations are refused', () => {
  const patch = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/n', value: 1 }))
  expect(() => applyJsonPatch(document, patch)).toThrow('is 10000, got 10001')
})
