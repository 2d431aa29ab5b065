import type { Report } from './events.ts'

/**
 * Puts the time to everything that is said: of a program that stays, somebody reads days later what it did and when.
 *
 * @param now Milliseconds since the Unix epoch.
 */
export function timed(report: Report, now: () => number): Report {
  return (event) => report({ ...event, time: new Date(now()).toISOString() })
}
