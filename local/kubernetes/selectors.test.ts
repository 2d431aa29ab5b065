import { describe, expect, test } from 'vitest'
import { matchesLabels, matchesLabelSelector, parseLabelSelector } from './selectors.ts'

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
  ['constructor', false],
  ['!toString', true],
] as const)('the label selector "%s" matches: %s', ([selector, matches]) => {
  expect(matchesLabels(parseLabelSelector(selector), LABELS)).toBe(matches)
})

test.for([
  ['=', "found '=', expected: !, identifier, or 'end of string'"],
  ['app in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['app=x=y', "found '=', expected: ',' or 'end of string'"],
  ['app,', "found '', expected: identifier after ','"],
  ['app>=1', "unable to parse requirement: found '=', expected: identifier"],
  ['app in x', "unable to parse requirement: found 'x' expected: '('"],
  [
    '/r=1',
    'unable to parse requirement: <nil>: Invalid value: "/r": prefix part must be non-empty',
  ],
  [
    'app>x',
    "values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  [
    'app=-x',
    'unable to parse requirement: values[0][app]: Invalid value: "-x": a valid label must',
  ],
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
    {
      selector: { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      matches: false,
    },
  ])('$selector matches: $matches', ({ selector, matches }) => {
    expect(matchesLabelSelector(selector, LABELS)).toBe(matches)
  })
})
