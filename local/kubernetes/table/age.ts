const SECOND_MS = 1000
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

/**
 * A length of time as kubectl shows it: `45s`, `3m12s`, `5h`, `2d3h`, `400d`.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go HumanDuration
 */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * MINUTE) return `${seconds}s`
  if (seconds < 10 * MINUTE) return pair(seconds, MINUTE, 'm', 1, 's')
  const minutes = Math.floor(seconds / MINUTE)
  if (seconds < 3 * HOUR) return `${minutes}m`
  if (seconds < 8 * HOUR) return pair(seconds, HOUR, 'h', MINUTE, 'm')
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`
  if (seconds < 8 * DAY) return pair(seconds, DAY, 'd', HOUR, 'h')
  if (seconds < 2 * YEAR) return `${Math.floor(seconds / DAY)}d`
  if (seconds < 8 * YEAR) return pair(seconds, YEAR, 'y', DAY, 'd')
  return `${Math.floor(seconds / YEAR)}y`
}

/** How long ago, or `<unknown>` for a time that was never set. */
export function age(since: string | null | undefined, now: number): string {
  return since ? humanDuration(now - Date.parse(since)) : '<unknown>'
}

function pair(
  seconds: number,
  unit: number,
  letter: string,
  rest: number,
  restLetter: string,
): string {
  const whole = Math.floor(seconds / unit)
  const left = Math.floor((seconds % unit) / rest)
  return left === 0 ? `${whole}${letter}` : `${whole}${letter}${left}${restLetter}`
}
