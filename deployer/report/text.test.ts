import { styleText } from 'node:util'
import { expect, test } from 'vitest'
import type { ReportEvent } from './events.ts'
import { jsonReport } from './json.ts'
import { textReport } from './text.ts'

/** What is written, talk and product in one. */
function said(events: readonly ReportEvent[], hasColour = false): readonly string[] {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  const colour = { stdout: hasColour, stderr: hasColour }
  const report = textReport({ stdout: write, stderr: write, colour })
  for (const event of events) report(event)
  return text.split('\n').slice(0, -1)
}

const LONG = `Role/ns/${'r'.repeat(60)}`

function object(subject: string, state = 'created', reason?: string): ReportEvent {
  return { event: 'object', subject, state, ...(reason === undefined ? {} : { reason }) }
}

test('states stand in one column, as far right as the longest of the names that are told of', () => {
  const subjects = ['Pod/ns/a', 'Service/ns/long-name']
  const lines = said([
    { event: 'subjects', subjects },
    object('Pod/ns/a', 'current', 'Succeeded'),
    object('Service/ns/long-name'),
    { event: 'status', subject: 'Pod/ns/a', state: 'current', age: '3s' },
    {
      event: 'healed',
      subject: 'Pod/ns/a',
      did: 'created again',
      managers: [],
      changes: [],
    },
  ])
  expect(lines).toEqual([
    '✓ Pod/ns/a              current: Succeeded',
    '  Service/ns/long-name  created',
    '  Pod/ns/a              current      3s',
    '  Pod/ns/a              created again: it had been deleted',
  ])
})

test('a name beyond the bound sticks out and moves no other line', () => {
  const lines = said([
    { event: 'subjects', subjects: ['Pod/ns/a', 'Job/ns/once', LONG] },
    object('Pod/ns/a'),
    object(LONG),
  ])
  expect(lines).toEqual(['  Pod/ns/a     created', `  ${LONG}  created`])
})

const REASON = 'no dry run: namespace "ns" is not there yet'
const UNTRIED: readonly ReportEvent[] = [
  ...['a', 'b'].map((name): ReportEvent => ({
    event: 'planned',
    subject: `Pod/ns/${name}`,
    action: 'create',
    reason: REASON,
    isShared: true,
    changes: [],
    product: true,
  })),
  { event: 'plan', id: '1', counts: { create: 2 }, untried: [{ reason: REASON, count: 2 }] },
]

test('a reason that several objects of a plan share is told once', () => {
  expect(said(UNTRIED)).toEqual([
    '  Pod/ns/a  create',
    '  Pod/ns/b  create',
    `  2 objects: ${REASON}`,
    '✓ Planned: 2 to create (plan 1)',
  ])
})

test('a program is told the reason with each object, and nothing that is for the eye', () => {
  const lines: string[] = []
  const report = jsonReport((line) => lines.push(line))
  report({ event: 'subjects', subjects: ['Pod/ns/a'] })
  for (const event of UNTRIED) report(event)
  expect(lines.map((line) => (JSON.parse(line) as { reason?: string }).reason)).toEqual([
    REASON,
    REASON,
    undefined,
  ])
})

test.for([
  { state: 'deleted', isRed: false },
  { state: 'pruned', isRed: false },
  { state: 'left', isRed: true },
  { state: 'failed', isRed: true },
])('what is $state is red: $isRed', ({ state, isRed }) => {
  const red = styleText('red', state, { validateStream: false })
  expect(
    said([object('Pod/ns/a', state)], true)
      .join()
      .includes(red),
  ).toBe(isRed)
})
