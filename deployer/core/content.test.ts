import { expect, test } from 'vitest'
import { contentDigest, contentText } from './content.ts'
import type { Fields } from './object.ts'

function object(kind: string, fields: Fields) {
  return { apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'ns' }, ...fields }
}

test('the order of keys does not count, every value does', () => {
  const digest = contentDigest(object('ConfigMap', { data: { a: '1', b: '2' } }))
  expect(digest).toMatch(/^[0-9a-f]{16}$/)
  expect(contentDigest(object('ConfigMap', { data: { b: '2', a: '1' } }))).toBe(digest)
  expect(contentDigest(object('ConfigMap', { data: { a: '1', b: '3' } }))).not.toBe(digest)
})

test('the order of a list counts', () => {
  const [there, back] = [
    ['a', 'b'],
    ['b', 'a'],
  ].map((args) => object('Pod', { spec: { args } }))
  expect(there && contentDigest(there)).not.toBe(back && contentDigest(back))
})

test('of a Secret there is no digest, and the text has its keys only', () => {
  const secret = object('Secret', { data: { password: 'c2VjcmV0' }, stringData: { pin: '1234' } })
  expect(contentDigest(secret)).toBeUndefined()
  expect(contentText(secret)).toContain('"data":["password"]')
  expect(contentText(secret)).not.toMatch(/c2VjcmV0|1234/)
})
