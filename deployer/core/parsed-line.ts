/** A line of a log that may be JSON; undefined if it is none, or cut off. */
export function parsedLine(line: string): unknown {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as unknown
  } catch {
    return undefined
  }
}
