import { expect, test } from 'vitest'
import { parseFieldSelector, selectedName } from './field-selectors.ts'

const OBJECT = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'n' },
  status: { phase: 'Running' },
}
const READERS = { 'status.phase': () => 'Running', odd: () => 'a,b=c' }

test.for([
  ['metadata.name=a', true],
  ['metadata.name!=a', false],
  ['metadata.namespace==n,status.phase=Running', true],
  ['status.phase=', false],
  ['odd=a\\,b\\=c', true],
  ['=', true],
  ['', true],
] as const)('the field selector "%s" matches: %s', ([selector, matches]) => {
  expect(parseFieldSelector(selector, READERS)(OBJECT)).toBe(matches)
})

test.for([
  ['spec.nope=1', 'field label not supported: spec.nope'],
  ['status.phase', "invalid selector: 'status.phase'; can't understand 'status.phase'"],
  ['metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
  ['metadata.name=a\\x', 'invalid field selector: invalid escape sequence: \\x'],
] as const)('the field selector "%s" is refused', ([selector, message]) => {
  expect(() => parseFieldSelector(selector, READERS)).toThrow(message)
})

test('kinds without fields of their own, and jobs, refuse in other words', () => {
  expect(() => parseFieldSelector('spec.nope=1', {})).toThrow(
    '"spec.nope" is not a known field selector: only "metadata.name", "metadata.namespace"',
  )
  expect(() => parseFieldSelector('spec.x=1', READERS, { kind: 'Job' })).toThrow(
    'field label "spec.x" not supported for Job',
  )
})

test.for([
  ['metadata.name=a,status.phase=x', 'a'],
  ['metadata.name!=a', undefined],
  ['', undefined],
] as const)('"%s" asks for the name %s', ([selector, name]) => {
  expect(selectedName(selector)).toBe(name)
})
