import { expect, test } from 'vitest'
import { isDue } from './tokens.ts'

const HOUR = 3_600_000

test.for([
  { lifetime: HOUR, age: 0, due: false, because: 'it is new' },
  { lifetime: HOUR, age: 0.79 * HOUR, due: false, because: 'a fifth of its time is left' },
  { lifetime: HOUR, age: 0.81 * HOUR, due: true, because: 'less than a fifth is left' },
  { lifetime: HOUR, age: 2 * HOUR, due: true, because: 'it has expired' },
  { lifetime: 24 * HOUR, age: 20 * HOUR, due: true, because: 'less than a fifth is left' },
  { lifetime: 240 * HOUR, age: 23 * HOUR, due: false, because: 'it is younger than a day' },
  { lifetime: 240 * HOUR, age: 25 * HOUR, due: true, because: 'it is older than a day' },
])('a token of $lifetime ms is due ($due) after $age ms: $because', ({ lifetime, age, due }) => {
  expect(isDue({ token: '', issuedAt: 0, expiresAt: lifetime }, age)).toBe(due)
})
