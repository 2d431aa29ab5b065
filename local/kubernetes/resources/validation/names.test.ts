import { expect, test } from 'vitest'
import {
  configMapKey,
  dnsLabel,
  dnsSubdomain,
  envVarName,
  labelKey,
  labelValue,
  pathSegment,
  qualifiedName,
} from './names.ts'

test.for([
  { rule: dnsLabel, good: ['a', 'a-b', '1'], bad: ['', 'A', '-a', 'a_b', 'x'.repeat(64)] },
  { rule: dnsSubdomain, good: ['a.b', 'a-1.b'], bad: ['a..b', '.a', 'A.b', 'x'.repeat(254)] },
  { rule: labelKey, good: ['a', 'a.b/c_D', 'A'], bad: ['a b', 'a/b/c', '/a', 'A/', 'Up/x'] },
  { rule: qualifiedName, good: ['example.com/a'], bad: ['', 'a b'] },
  { rule: labelValue, good: ['', 'a.b_c'], bad: ['a b', '-a', 'x'.repeat(64)] },
  { rule: configMapKey, good: ['a', 'A.b_c-1'], bad: ['a/b', '.', '..', '..a', ''] },
  { rule: pathSegment, good: ['a:b', 'A b'], bad: ['.', '..', 'a/b', 'a%b'] },
  { rule: envVarName, good: ['A', 'a.b', 'a-b c'], bad: ['', 'a=b', 'ä'] },
])('$rule.name takes $good and refuses $bad', ({ rule, good, bad }) => {
  expect(good.flatMap((text) => rule(text))).toEqual([])
  expect(bad.filter((text) => rule(text).length === 0)).toEqual([])
})

test('a label with dots is told just that', () => {
  expect(dnsLabel('a.b')).toEqual(['must not contain dots'])
})
