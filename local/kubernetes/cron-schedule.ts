import { parseCronField } from './cron-field.ts'
import type { Bounds } from './cron-field.ts'

/** When a CronJob is due. */
export interface Schedule {
  /** The first due time after `afterMs`, or undefined when there is none within five years. */
  next(afterMs: number): number | undefined
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const HORIZON_MS = 5 * 366 * 24 * HOUR_MS
const MINUTE: Bounds = { low: 0, high: 59 }
const HOUR: Bounds = { low: 0, high: 23 }
const DAY: Bounds = { low: 1, high: 31 }
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const MONTH: Bounds = { low: 1, high: 12, names: MONTHS }
const DAYS = 'sun mon tue wed thu fri sat'.split(' ')
/** Sunday is 0 only, unlike in other crons. */
const WEEKDAY: Bounds = { low: 0, high: 6, names: DAYS }
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/**
 * Reads a schedule of five fields, `@every DURATION`, or one of the nicknames such as `@daily`.
 *
 * As in cron, when both the day of the month and the day of the week are restricted, one match is enough.
 *
 * @param timeZone IANA name; default UTC, where kube-controller-manager takes its own zone.
 * @throws {RangeError} for a text that is no schedule, with the sentence of the library that Kubernetes uses; for an
 *   unknown zone.
 * @see https://github.com/robfig/cron/blob/v3.0.1/parser.go
 */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule {
  if (text === '') throw new RangeError('empty spec string')
  if (text.startsWith('@every ')) return every(text)
  if (text.startsWith('@') && !(text in NICKNAMES))
    throw new RangeError(`unrecognized descriptor: ${text}`)
  return fiveFields(NICKNAMES[text] ?? text, timeZone)
}

/** From one time to the next one it is always as long, in whole seconds. */
function every(text: string): Schedule {
  const duration = text.slice('@every '.length)
  const unitsMs: Readonly<Record<string, number>> = {
    h: HOUR_MS,
    m: MINUTE_MS,
    s: SECOND_MS,
    ms: 1,
  }
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(duration))
    throw new RangeError(
      `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`,
    )
  const sumMs = [...duration.matchAll(/([\d.]+)(h|ms|m|s)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitsMs[unit] ?? 0),
    0,
  )
  const delayMs = Math.max(SECOND_MS, Math.floor(sumMs / SECOND_MS) * SECOND_MS)
  return { next: (afterMs) => Math.floor(afterMs / SECOND_MS) * SECOND_MS + delayMs }
}

function fiveFields(text: string, timeZone: string): Schedule {
  const fields = text.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== 5)
    throw new RangeError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const minutes = parseCronField(minute, MINUTE)
  const hours = parseCronField(hour, HOUR)
  const days = parseCronField(day, DAY)
  const months = parseCronField(month, MONTH)
  const weekdays = parseCronField(weekday, WEEKDAY)
  const matchesDay = (at: WallTime) => {
    const [byDay, byWeekday] = [days.values.has(at.day), weekdays.values.has(at.weekday)]
    return days.isOpen || weekdays.isOpen ? byDay && byWeekday : byDay || byWeekday
  }
  const wallTime = wallClock(timeZone)
  const isHour = (at: WallTime) =>
    months.values.has(at.month) && matchesDay(at) && hours.values.has(at.hour)
  return {
    next: (afterMs) => {
      let at = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS
      for (const end = at + HORIZON_MS; at < end;) {
        const wall = wallTime(at)
        if (isHour(wall) && minutes.values.has(wall.minute)) return at
        at += isHour(wall) ? MINUTE_MS : HOUR_MS - wall.minute * MINUTE_MS
      }
      return undefined
    },
  }
}

interface WallTime {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  readonly weekday: number
}

function wallClock(timeZone: string): (ms: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    minute: 'numeric',
    hour: 'numeric',
    day: 'numeric',
    month: 'numeric',
    weekday: 'short',
  })
  return (ms) => {
    const parts = Object.fromEntries(
      format.formatToParts(ms).map(({ type, value }) => [type, value]),
    )
    return {
      minute: Number(parts['minute']),
      hour: Number(parts['hour']),
      day: Number(parts['day']),
      month: Number(parts['month']),
      weekday: DAYS.indexOf((parts['weekday'] ?? '').toLowerCase()),
    }
  }
}
