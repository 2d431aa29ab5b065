import { expect, test } from 'vitest'
import { duplicateKeys } from './duplicate-keys.ts'

test.for([
  { text: '{"a":1,"b":2}', found: [] },
  { text: '{"a":1,"a":2}', found: ['a'] },
  { text: '{"data":{"a":"1","a":"2"},"x":{"a":1}}', found: ['data.a'] },
  { text: '{"list":[{"n":1},{"n":1,"n":2}]}', found: ['list[1].n'] },
  { text: '{"a":"\\"a\\": {","b":["a","a"],"c":"a"}', found: [] },
  { text: '{"a":{},"a":[],"a":1}', found: ['a'] },
  { text: '[{"a":1},{"a":1}]', found: [] },
  { text: '"text"', found: [] },
])('$text holds $found twice', ({ text, found }) => {
  expect(duplicateKeys(text)).toEqual(found)
})
