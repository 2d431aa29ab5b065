import { expect, test } from 'vitest'
import { onceMore, pauseMs } from './pace.ts'
import type { Pace } from './pace.ts'

const NOW = 1_000_000

test.for([
  { when: 'it was never put back', pace: undefined, pause: 0 },
  { when: 'it was put back twice just now', pace: { times: 2, lastMs: NOW }, pause: 0 },
  { when: 'it was put back three times', pace: { times: 3, lastMs: NOW }, pause: 1_000 },
  { when: 'half of the pause is over', pace: { times: 3, lastMs: NOW - 500 }, pause: 500 },
  { when: 'the pause is over', pace: { times: 3, lastMs: NOW - 1_000 }, pause: 0 },
  { when: 'somebody fights', pace: { times: 6, lastMs: NOW }, pause: 8_000 },
  { when: 'somebody fights all night', pace: { times: 99, lastMs: NOW }, pause: 300_000 },
  { when: 'it was calm for a minute', pace: { times: 6, lastMs: NOW - 60_001 }, pause: 0 },
])('an object is left alone for $pause ms when $when', ({ pace, pause }) => {
  expect(pauseMs(pace, NOW)).toBe(pause)
})

test('a row that goes on counts up, and a calm minute begins a new one', () => {
  const first = onceMore(undefined, NOW)
  const second = onceMore(first, NOW + 1)
  expect(second.times).toBe(2)
  expect(onceMore(second, NOW + 120_000).times).toBe(1)
})

test('a controller that answers at once is met ten times in the first five minutes, not a thousand', () => {
  let [now, times] = [NOW, 0]
  let pace: Pace | undefined
  for (const end = NOW + 300_000; now < end; times += 1) {
    now += pauseMs(pace, now) + 1
    pace = onceMore(pace, now)
  }
  expect(times).toBeGreaterThan(5)
  expect(times).toBeLessThan(15)
})
