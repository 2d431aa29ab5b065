/** What one side of a change may take of a line. */
const MAX_LENGTH = 120
/** What is shown of the common beginning, so that a reader finds the place in the value. */
const LEAD = 24

/**
 * Both sides of a change as JSON, or `absent`. Of a long one the part around the first difference is shown, because the
 * beginnings may well be alike.
 *
 * Secrets must have been masked before: a part of one is recognised by nobody.
 */
export function sideBySide(before: unknown, after: unknown): readonly [string, string] {
  const [left, right] = [textOf(before), textOf(after)]
  const isComparable = before !== undefined && after !== undefined && left !== right
  const start = isComparable ? Math.max(0, commonLength(left, right) - LEAD) : 0
  return [windowOf(left, start), windowOf(right, start)]
}

function textOf(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value)
}

function commonLength(left: string, right: string): number {
  let length = 0
  while (length < left.length && left[length] === right[length]) length += 1
  return length
}

function windowOf(text: string, start: number): string {
  if (text.length <= MAX_LENGTH) return text
  const end = start + MAX_LENGTH
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}
