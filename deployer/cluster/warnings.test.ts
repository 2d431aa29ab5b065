import { expect, test } from 'vitest'
import { warningsOf } from './warnings.ts'

test.for([
  { of: 'one', headers: ['299 - "use batch/v1"'], warnings: ['use batch/v1'] },
  { of: 'several', headers: ['299 - "a"', '299 - "b"'], warnings: ['a', 'b'] },
  {
    of: 'several in one header',
    headers: ['299 - "a, b", 299 agent "c"'],
    warnings: ['a, b', 'c'],
  },
  {
    of: 'quotes',
    headers: [String.raw`299 - "violates \"x\" of a\\b"`],
    warnings: ['violates "x" of a\\b'],
  },
  { of: 'another code', headers: ['199 - "stale"'], warnings: [] },
  { of: 'none', headers: [], warnings: [] },
])('warnings of $of are read', ({ headers, warnings }) => {
  expect(warningsOf(headers)).toEqual(warnings)
})
