import { expect, test } from 'vitest'
import { parseSchedule } from './cron-schedule.ts'

test.for([
  { schedule: '* * * * *', after: '2026-11-23T10:00:30Z', next: '2026-11-23T10:01:00Z' },
  { schedule: '*/15 * * * *', after: '2026-11-23T10:15:00Z', next: '2026-11-23T10:30:00Z' },
  { schedule: '5 4 * * *', after: '2026-11-23T10:00:00Z', next: '2026-11-24T04:05:00Z' },
  { schedule: '0 9 * * mon-fri', after: '2026-11-27T09:00:00Z', next: '2026-11-30T09:00:00Z' },
  { schedule: '0 0 1 jan *', after: '2026-11-23T10:00:00Z', next: '2027-01-01T00:00:00Z' },
  { schedule: '0 0 13 * 5', after: '2026-11-23T10:00:00Z', next: '2026-11-27T00:00:00Z' },
  { schedule: '0 0 * * sun', after: '2026-11-23T10:00:00Z', next: '2026-11-29T00:00:00Z' },
  // A step of more than one is a choice of days: either of the two fields is enough.
  { schedule: '0 0 */20 * 0', after: '2026-11-23T10:00:00Z', next: '2026-11-29T00:00:00Z' },
  { schedule: '50/4 * * * *', after: '2026-11-23T10:54:00Z', next: '2026-11-23T10:58:00Z' },
  { schedule: '@every 1h30m', after: '2026-11-23T10:00:00Z', next: '2026-11-23T11:30:00Z' },
  { schedule: '10-20/5,40 3 * * *', after: '2026-11-23T03:20:00Z', next: '2026-11-23T03:40:00Z' },
  { schedule: '@weekly', after: '2026-11-23T10:00:00Z', next: '2026-11-29T00:00:00Z' },
  { schedule: '0 0 29 2 *', after: '2026-11-23T10:00:00Z', next: '2028-02-29T00:00:00Z' },
])('$schedule after $after is due at $next', ({ schedule, after, next }) => {
  expect(parseSchedule(schedule).next(Date.parse(after))).toBe(Date.parse(next))
})

test('a time zone moves with its summer time', () => {
  const schedule = parseSchedule('0 9 * * *', 'Europe/Berlin')
  const due = (after: string) => new Date(schedule.next(Date.parse(after)) ?? 0).toISOString()
  expect(due('2026-07-01T00:00:00Z')).toBe('2026-07-01T07:00:00.000Z')
  expect(due('2026-12-01T00:00:00Z')).toBe('2026-12-01T08:00:00.000Z')
})

test('a day that never comes is never due', () => {
  expect(parseSchedule('0 0 30 2 *').next(Date.parse('2026-11-23T10:00:00Z'))).toBeUndefined()
})

test.for([
  { schedule: '', message: 'empty spec string' },
  { schedule: '* * * *', message: 'expected exactly 5 fields, found 4: [* * * *]' },
  { schedule: '60 * * * *', message: 'end of range (60) above maximum (59): 60' },
  { schedule: '* * 0 * *', message: 'beginning of range (0) below minimum (1): 0' },
  { schedule: '0 0 * * 7', message: 'end of range (7) above maximum (6): 7' },
  { schedule: '*/0 * * * *', message: 'step of range should be a positive number: */0' },
  { schedule: '5-1 * * * *', message: 'beginning of range (5) beyond end of range (1): 5-1' },
  { schedule: '1-2-3 * * * *', message: 'too many hyphens: 1-2-3' },
  { schedule: '1/2/3 * * * *', message: 'too many slashes: 1/2/3' },
  {
    schedule: 'x * * * *',
    message: 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax',
  },
  { schedule: '@often', message: 'unrecognized descriptor: @often' },
  {
    schedule: '@every day',
    message: 'failed to parse duration @every day: time: invalid duration "day"',
  },
])('"$schedule" is no schedule: $message', ({ schedule, message }) => {
  expect(() => parseSchedule(schedule)).toThrow(new RangeError(message))
})
