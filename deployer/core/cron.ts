interface Field {
  readonly name: string
  readonly low: number
  readonly high: number
  /** Names of the values, from `low` on. */
  readonly names: readonly string[]
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAYS = 'sun mon tue wed thu fri sat'.split(' ')

/** In their order. Sunday is 0 only: the parser of Kubernetes, unlike others, refuses 7. */
const FIELDS: readonly Field[] = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'day of week', low: 0, high: 6, names: DAYS },
]

const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']
const EVERY = /^@every (\d+(\.\d+)?(h|m|s))+$/

/**
 * What is wrong with the schedule of a CronJob, or undefined if Kubernetes takes it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function scheduleProblem(schedule: string): string | undefined {
  if (/\bTZ=/.test(schedule)) return 'the time zone is a value of its own: workload.timeZone'
  if (schedule.startsWith('@')) {
    return NICKNAMES.includes(schedule) || EVERY.test(schedule)
      ? undefined
      : `expected one of ${NICKNAMES.join(' ')} or "@every 1h30m"`
  }
  const parts = schedule.trim().split(/\s+/)
  if (parts.length !== FIELDS.length) {
    return `expected five fields (${FIELDS.map(({ name }) => name).join(', ')}), got ${schedule.trim() === '' ? 0 : parts.length}`
  }
  return FIELDS.map((field, index) => fieldProblem(field, parts[index] ?? '')).find(
    (problem) => problem !== undefined,
  )
}

function fieldProblem(field: Field, text: string): string | undefined {
  const isGood = text.split(',').every((part) => isGoodPart(field, part))
  if (isGood) return undefined
  const names = field.names.length > 0 ? ` or ${field.names[0]} to ${field.names.at(-1)}` : ''
  return `${field.name}: expected *, numbers from ${field.low} to ${field.high}${names}, ranges a-b, steps */n and lists a,b`
}

function isGoodPart(field: Field, part: string): boolean {
  const [range = '', step, ...more] = part.split('/')
  if (more.length > 0) return false
  if (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0)) return false
  if (range === '*' || range === '?') return true
  const [first = '', last, ...others] = range.split('-')
  const from = valueOf(field, first)
  const to = last === undefined ? from : valueOf(field, last)
  return others.length === 0 && from >= field.low && to <= field.high && from <= to
}

function valueOf({ names, low }: Field, text: string): number {
  const index = names.indexOf(text.toLowerCase())
  if (index !== -1) return index + low
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}
