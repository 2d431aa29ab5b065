import { expect, test } from 'vitest'
import { median, pairedRatio, shuffled } from '../../bench/statistics.ts'

test.for([
  { values: [3], middle: 3 },
  { values: [9, 1, 2], middle: 2 },
  { values: [4, 1, 2, 9], middle: 3 },
  { values: [], middle: Number.NaN },
])('the median of $values is $middle', ({ values, middle }) => {
  expect(median(values)).toBe(middle)
})

test('a slow round moves both sides and not the ratio', () => {
  expect(pairedRatio([1, 10, 2], [2, 20, 4])).toBe(0.5)
})

test('shuffling keeps every value once', () => {
  expect(shuffled(['a', 'b', 'c'], () => 0.99)).toEqual(['c', 'b', 'a'])
  expect(shuffled(['a', 'b', 'c'], Math.random).toSorted()).toEqual(['a', 'b', 'c'])
})
