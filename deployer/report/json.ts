import type { Report } from './events.ts'

/** One event per line on stdout, in the order things happen; nothing else is written, and nothing for the eye. */
export function jsonReport(write: (text: string) => void): Report {
  return (event) => {
    if (event.event === 'subjects') return
    if (event.event === 'rendered') {
      for (const object of event.objects)
        write(`${JSON.stringify({ event: 'rendered', object })}\n`)
      return
    }
    write(`${JSON.stringify(event)}\n`)
  }
}
