/** When a CronJob is due. */
export interface Schedule {
  /** The first due time after `afterMs`, or undefined when there is none within five years. */
  next(afterMs: number): number | undefined
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const HORIZON_MS = 5 * 366 * 24 * HOUR_MS
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAYS = 'sun mon tue wed thu fri sat'.split(' ')
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
 * Reads a schedule of five fields, or one of the nicknames such as `@daily`.
 *
 * As in cron, when both the day of the month and the day of the week are restricted, one match is enough.
 *
 * @param timeZone IANA name; default UTC, where kube-controller-manager takes its own zone.
 * @throws {RangeError} for a text that is no schedule, or an unknown zone.
 */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule {
  const fields = (NICKNAMES[text.trim()] ?? text).trim().split(/\s+/)
  if (fields.length !== 5)
    throw new RangeError(`expected exactly 5 fields, found ${fields.length}: [${text}]`)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const minutes = parseField(minute, 0, 59)
  const hours = parseField(hour, 0, 23)
  const days = parseField(day, 1, 31)
  const months = parseField(month, 1, 12, MONTHS)
  const weekdays = parseField(weekday, 0, 7, DAYS)
  if (weekdays.has(7)) weekdays.add(0)
  const matchesDay = (at: WallTime) => {
    const [byDay, byWeekday] = [days.has(at.day), weekdays.has(at.weekday)]
    return isOpen(day) || isOpen(weekday) ? byDay && byWeekday : byDay || byWeekday
  }
  const wallTime = wallClock(timeZone)
  const isHour = (at: WallTime) => months.has(at.month) && matchesDay(at) && hours.has(at.hour)
  return {
    next: (afterMs) => {
      let at = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS
      for (const end = at + HORIZON_MS; at < end;) {
        const wall = wallTime(at)
        if (isHour(wall) && minutes.has(wall.minute)) return at
        at += isHour(wall) ? MINUTE_MS : HOUR_MS - wall.minute * MINUTE_MS
      }
      return undefined
    },
  }
}

/** Whether a field leaves its unit to the other one. */
function isOpen(field: string): boolean {
  return /^[*?]/.test(field)
}

interface WallTime {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  readonly weekday: number
}

// `*`, `5`, `1-5`, steps such as `1-30/2`, and lists of them.
function parseField(
  field: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): Set<number> {
  const values = new Set<number>()
  for (const part of field.toLowerCase().split(',')) {
    const [range = '', step] = part.split('/')
    const [from, to] = parseRange(range, { low, high, names, isStepped: step !== undefined })
    const by = step === undefined ? 1 : Number(step)
    if (!(from >= low && to <= high && from <= to && Number.isInteger(by) && by > 0))
      throw new RangeError(`failed to parse "${part}": expected values from ${low} to ${high}`)
    for (let value = from; value <= to; value += by) values.add(value)
  }
  return values
}

function parseRange(
  range: string,
  options: {
    readonly low: number
    readonly high: number
    readonly names: readonly string[]
    readonly isStepped: boolean
  },
): [number, number] {
  const { low, high, names, isStepped } = options
  if (range === '*' || range === '?') return [low, names === DAYS ? 6 : high]
  const number = (text: string) => {
    const index = names.indexOf(text)
    if (index !== -1) return index + low
    return /^\d+$/.test(text) ? Number(text) : Number.NaN
  }
  const [first = '', last] = range.split('-')
  const from = number(first)
  return [from, last === undefined ? (isStepped ? high : from) : number(last)]
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
