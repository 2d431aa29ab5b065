import { expect, test } from 'vitest'
import { canonicalQuantity, quantityMilli } from './quantity.ts'

test.for([
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.1Gi', '107374182400m'],
  ['100000Ki', '100000Ki'],
  ['128974848', '128974848'],
  ['12e6', '12e6'],
  ['2e3', '2e3'],
  ['1k', '1k'],
  ['0', '0'],
  ['0.0', '0'],
  ['-1', '-1'],
  ['.5', '500m'],
  ['1n', '1n'],
])('%s is written %s', ([text, canonical]) => {
  expect(canonicalQuantity(text ?? '')).toBe(canonical)
})

test.for(['', 'lots', '1 Gi', '1KB', '--1', '1.2.3', 'Gi'])('"%s" is no quantity', (text) => {
  expect(canonicalQuantity(text)).toBeUndefined()
  expect(quantityMilli(text)).toBeUndefined()
})

test('amounts compare in thousandths, and smaller parts are rounded up', () => {
  expect(quantityMilli('0.5')).toBe(500n)
  expect(quantityMilli('1Ki')).toBe(1_024_000n)
  expect(quantityMilli('1u')).toBe(1n)
})
