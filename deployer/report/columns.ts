/** A longer name sticks out, so that it alone does not push what is said of all others off the screen. */
const MAX_WIDTH = 60

/** How wide the column of names is in which these objects are told of: as the longest of them, within a bound. */
export function columnWidth(subjects: readonly string[]): number {
  return subjects.reduce(
    (width, { length }) => (length > MAX_WIDTH ? width : Math.max(width, length)),
    0,
  )
}
