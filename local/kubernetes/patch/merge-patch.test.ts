import { expect, test } from 'vitest'
import { applyMergePatch } from './merge-patch.ts'

const document = { a: { b: '1', c: '2' }, list: [1, 2] }

test.for([
  { what: 'null removes', patch: { a: { b: null } }, patched: { a: { c: '2' }, list: [1, 2] } },
  { what: 'a list replaces', patch: { list: [3] }, patched: { ...document, list: [3] } },
  {
    what: 'an object replaces a list',
    patch: { list: { a: 1 } },
    patched: { ...document, list: { a: 1 } },
  },
  {
    what: 'nulls of a new object vanish',
    patch: { n: { x: null } },
    patched: { ...document, n: {} },
  },
  { what: 'nothing changes nothing', patch: {}, patched: document },
])('$what', ({ patch, patched }) => {
  expect(applyMergePatch(document, patch)).toEqual(patched)
})

test.for([
  { patch: null, message: 'Invalid JSON Patch' },
  {
    patch: [],
    message:
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  },
  {
    patch: 1,
    message:
      'error decoding patch: json: cannot unmarshal number into Go value of type map[string]interface {}',
  },
])('$patch is refused', ({ patch, message }) => {
  expect(() => applyMergePatch(document, patch)).toThrow(
    expect.objectContaining({ code: 400, reason: 'BadRequest', message }),
  )
})
