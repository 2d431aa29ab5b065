import { expect, test } from 'vitest'
import { illegalBase64Keys } from './illegal-base64.ts'

test.for([
  { what: 'a plain word', value: 'hunter-two', isIllegal: true },
  { what: 'a value whose padding is gone', value: 'aHVudGVyLTE', isIllegal: true },
  { what: 'a value with a blank', value: 'aHVu dGVy', isIllegal: true },
  { what: 'the alphabet of URLs', value: '_-__', isIllegal: true },
  { what: 'base64', value: 'aHVudGVyLTE=', isIllegal: false },
  { what: 'base64 over several lines', value: 'aHVu\r\ndGVy\n', isIllegal: false },
  { what: 'nothing', value: '', isIllegal: false },
])('$what in the data of a Secret is illegal: $isIllegal', ({ value, isIllegal }) => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }
  const found = illegalBase64Keys({ ...secret, data: { good: 'YQ==', key: value } })
  expect(found).toEqual(isIllegal ? ['data.key'] : [])
})

test('of a ConfigMap only binaryData is base64', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }
  expect(illegalBase64Keys({ ...map, data: { a: '?' }, binaryData: { b: '?' } })).toEqual([
    'binaryData.b',
  ])
})
