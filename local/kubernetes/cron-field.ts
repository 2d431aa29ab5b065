/** The values that one field of a schedule may have. */
export interface Bounds {
  readonly low: number
  readonly high: number
  /** Names of the values, from `low` on, in lower case. */
  readonly names?: readonly string[]
}

/** One field of a schedule, read. */
export interface CronField {
  readonly values: ReadonlySet<number>
  /** `*` or `?`, without a step: it leaves the choice of the day to the other field of days. */
  readonly isOpen: boolean
}

/**
 * Reads one field: values, names, ranges, steps, and lists of them.
 *
 * @throws {RangeError} with the sentence of the library that Kubernetes uses.
 * @see https://github.com/robfig/cron/blob/v3.0.1/parser.go
 */
export function parseCronField(text: string, bounds: Bounds): CronField {
  const values = new Set<number>()
  let isOpen = false
  for (const part of text.split(',').filter((part) => part !== '')) {
    const range = parseRange(part, bounds)
    for (let value = range.from; value <= range.to; value += range.step) values.add(value)
    isOpen ||= range.isOpen
  }
  return { values, isOpen }
}

interface Range {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly isOpen: boolean
}

function parseRange(part: string, bounds: Bounds): Range {
  const [range = '', stepText, ...steps] = part.split('/')
  const { isStar, from, to } = parseEnds(range, part, bounds)
  if (steps.length > 0) throw new RangeError(`too many slashes: ${part}`)
  const step = stepText === undefined ? 1 : parseNumber(stepText)
  // `5/2` means from 5 on, in steps of 2
  const end = stepText !== undefined && !range.includes('-') ? bounds.high : to
  if (from < bounds.low)
    throw new RangeError(`beginning of range (${from}) below minimum (${bounds.low}): ${part}`)
  if (end > bounds.high)
    throw new RangeError(`end of range (${end}) above maximum (${bounds.high}): ${part}`)
  if (from > end)
    throw new RangeError(`beginning of range (${from}) beyond end of range (${end}): ${part}`)
  if (step === 0) throw new RangeError(`step of range should be a positive number: ${part}`)
  return { from, to: end, step, isOpen: isStar && step === 1 }
}

function parseEnds(range: string, part: string, bounds: Bounds) {
  const [first = '', last, ...others] = range.split('-')
  if (first === '*' || first === '?') return { isStar: true, from: bounds.low, to: bounds.high }
  const from = parseValue(first, bounds)
  const to = last === undefined ? from : parseValue(last, bounds)
  if (others.length > 0) throw new RangeError(`too many hyphens: ${part}`)
  return { isStar: false, from, to }
}

function parseValue(text: string, { low, names = [] }: Bounds): number {
  const index = names.indexOf(text.toLowerCase())
  return index === -1 ? parseNumber(text) : index + low
}

function parseNumber(text: string): number {
  if (/^\+?\d{1,15}$/.test(text)) return Number(text)
  throw new RangeError(
    `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  )
}
