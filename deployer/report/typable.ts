import { onTarget } from '../core/kubectl.ts'
import type { KubectlTarget } from '../core/kubectl.ts'
import type { Report, ReportEvent } from './events.ts'

/** Puts the cluster that was connected to into every command of kubectl's that is proposed; what others say stays as it is. */
export function typable(report: Report): Report {
  let target: KubectlTarget | undefined
  return (event) => {
    if (event.event === 'target') target = event
    report(target === undefined ? event : completed(event, target))
  }
}

function completed(event: ReportEvent, target: KubectlTarget): ReportEvent {
  switch (event.event) {
    case 'error':
      return event.hint === undefined ? event : { ...event, hint: onTarget(event.hint, target) }
    case 'next':
      return { ...event, command: onTarget(event.command, target) }
    case 'done':
    case 'warning':
      return { ...event, message: onTarget(event.message, target) }
    case 'object':
      return event.reason === undefined
        ? event
        : { ...event, reason: onTarget(event.reason, target) }
    default:
      return event
  }
}
