import { expect, test } from 'vitest'
import { scheduleProblem } from './cron.ts'

test.for([
  '*/15 * * * *',
  '0 3 * * *',
  '0,30 8-18/2 1 jan-jun Mon-Fri',
  '? * * * *',
  '5/10 * * * *',
  '@hourly',
  '@every 1h30m',
])('%s is a schedule', (schedule) => {
  expect(scheduleProblem(schedule)).toBeUndefined()
})

test.for([
  { when: 'it is empty', schedule: '', says: 'got 0' },
  { when: 'a field is missing', schedule: '* * * *', says: 'expected five fields (minute, hour' },
  { when: 'it has seconds', schedule: '0 0 * * * *', says: 'got 6' },
  { when: 'a minute is past the hour', schedule: '60 * * * *', says: 'minute: expected' },
  { when: 'a range runs backwards', schedule: '* 20-8 * * *', says: 'hour: expected' },
  { when: 'the day is 0', schedule: '* * 0 * *', says: 'day of month: expected' },
  { when: 'a month is misspelt', schedule: '* * * june *', says: 'or jan to dec' },
  { when: 'Sunday is 7', schedule: '* * * * 7', says: 'day of week: expected' },
  { when: 'a step is 0', schedule: '*/0 * * * *', says: 'minute: expected' },
  { when: 'a nickname is unknown', schedule: '@reboot', says: 'expected one of @yearly' },
  { when: 'a time zone is in it', schedule: 'TZ=UTC 0 * * * *', says: 'workload.timeZone' },
])('the reason is told when $when', ({ schedule, says }) => {
  expect(scheduleProblem(schedule)).toContain(says)
})
