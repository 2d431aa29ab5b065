import { expect, test } from 'vitest'
import { eventLines } from './event-lines.ts'

function event(reason: string, message: string, counted: object = {}) {
  const metadata = { name: 'x' }
  return { apiVersion: 'v1', kind: 'Event', metadata, type: 'Warning', reason, message, ...counted }
}

const refused = (pod: string) => event('FailedCreate', `Error creating: pods "${pod}" is forbidden`)

test.for([
  { when: 'it happened once', events: [event('Failed', 'a')], lines: ['Warning Failed: a'] },
  {
    when: 'the API server counted',
    events: [event('Failed', 'a', { count: 3 })],
    lines: ['Warning Failed (×3): a'],
  },
  {
    when: 'it is a series',
    events: [event('Failed', 'a', { count: 1, series: { count: 4 } })],
    lines: ['Warning Failed (×4): a'],
  },
  {
    when: 'each tells of another pod of one set, and the newest is shown',
    events: [refused('web-5c-x2lpq'), event('Other', 'b'), refused('web-5c-bcdfg')],
    lines: [
      'Warning Other: b',
      'Warning FailedCreate (×2): Error creating: pods "web-5c-bcdfg" is forbidden',
    ],
  },
  {
    when: 'they differ in more than that',
    events: [refused('web-0'), refused('web-1')],
    lines: [
      'Warning FailedCreate: Error creating: pods "web-0" is forbidden',
      'Warning FailedCreate: Error creating: pods "web-1" is forbidden',
    ],
  },
])('an event is one line with its count when $when', ({ events, lines }) => {
  expect(eventLines(events)).toEqual(lines)
})
