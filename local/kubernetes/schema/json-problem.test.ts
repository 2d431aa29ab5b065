import { expect, test } from 'vitest'
import { jsonProblem } from './json-problem.ts'

test.for([
  ['{"a": [1, -0.5e+3, "\\u00e4", true, null]} ', ''],
  ['', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['{"a', 'unexpected end of JSON input'],
  ['{"a":1,', 'unexpected end of JSON input'],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ["{'a':1}", String.raw`invalid character '\'' looking for beginning of object key string`],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"a":-}', "invalid character '}' in numeric literal"],
  ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
  ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
  ['{"a":"\n"}', String.raw`invalid character '\n' in string literal`],
  ['{"a":1}}', "invalid character '}' after top-level value"],
  ['<html>', "invalid character '<' looking for beginning of value"],
] as const)('of %j Go says: %s', ([text, problem]) => {
  expect(jsonProblem(text)).toBe(problem)
})
