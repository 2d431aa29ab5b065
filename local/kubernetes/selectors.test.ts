import { describe, expect, test } from 'vitest'
import {
  matchesLabels,
  matchesLabelSelector,
  parseFieldSelector,
  parseLabelSelector,
} from './selectors.ts'

const LABELS = { app: 'x', tier: 'web', size: '5' }

test.for([
  ['', true],
  ['app=x', true],
  ['app==x,tier=web', true],
  ['app!=x', false],
  ['other!=x', true],
  ['app in (x, y)', true],
  ['app in (y)', false],
  ['app notin (y)', true],
  ['other notin (y)', true],
  ['tier', true],
  ['!tier', false],
  ['!other', true],
  ['size>4', true],
  ['size<4', false],
  ['app=', false],
] as const)('the label selector "%s" matches: %s', ([selector, matches]) => {
  expect(matchesLabels(parseLabelSelector(selector), LABELS)).toBe(matches)
})

test.for([
  ['=', "found '=', expected: !, identifier, or 'end of string'"],
  ['app in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['app=x=y', "found '=', expected: ',' or 'end of string'"],
  ['app,', "found '', expected: identifier after ','"],
] as const)('the label selector "%s" is refused', ([selector, message]) => {
  expect(() => parseLabelSelector(selector)).toThrow(message)
})

describe('a LabelSelector of a spec', () => {
  test.for([
    { selector: {}, matches: true },
    { selector: undefined, matches: false },
    { selector: { matchLabels: { app: 'x' } }, matches: true },
    { selector: { matchLabels: { app: 'y' } }, matches: false },
    {
      selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['x'] }] },
      matches: true,
    },
    {
      selector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['x'] }] },
      matches: false,
    },
    { selector: { matchExpressions: [{ key: 'gone', operator: 'DoesNotExist' }] }, matches: true },
    { selector: { matchExpressions: [{ key: 'gone', operator: 'Exists' }] }, matches: false },
  ])('$selector matches: $matches', ({ selector, matches }) => {
    expect(matchesLabelSelector(selector, LABELS)).toBe(matches)
  })
})

describe('a field selector', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'n' },
    status: { phase: 'Running' },
  }
  const readers = { 'status.phase': () => 'Running' }

  test.for([
    ['metadata.name=a', true],
    ['metadata.name!=a', false],
    ['metadata.namespace==n,status.phase=Running', true],
    ['status.phase=', false],
  ] as const)('%s matches: %s', ([selector, matches]) => {
    expect(parseFieldSelector(selector, readers)(object)).toBe(matches)
  })

  test('asks only for fields the kind has', () => {
    expect(() => parseFieldSelector('spec.nope=1', readers)).toThrow(
      'field label not supported: spec.nope',
    )
    expect(() => parseFieldSelector('spec.nope=1', {})).toThrow(
      '"spec.nope" is not a known field selector: only "metadata.name", "metadata.namespace"',
    )
  })
})
