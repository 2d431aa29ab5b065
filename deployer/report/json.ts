import type { Report, ReportEvent } from './events.ts'

/** One event per line on stdout, in the order things happen; nothing else is written, and nothing for the eye. */
export function jsonReport(write: (text: string) => void): Report {
  return (event) => {
    if (event.event === 'subjects') return
    if (event.event === 'rendered') {
      for (const object of event.objects)
        write(`${JSON.stringify({ event: 'rendered', object })}\n`)
      return
    }
    write(`${JSON.stringify(event.event === 'planned' ? withoutLooks(event) : event)}\n`)
  }
}

/** Which of the two streams a line goes to, and what stands below it, is of interest to people alone. */
function withoutLooks(event: Extract<ReportEvent, { readonly event: 'planned' }>): object {
  const { product: _, isShared: __, ...told } = event
  return told
}
