import { withoutMadeUp } from './made-up-names.ts'
import { numberAt, textAt } from './object.ts'
import type { KubeObject } from './object.ts'

/**
 * Events as lines, each thing once: `Warning FailedCreate (×5): …`
 *
 * @param events Oldest first.
 * @returns In the order in which each was last seen.
 */
export function eventLines(events: readonly KubeObject[]): readonly string[] {
  const counts = new Map<string, number>()
  const lines = new Map<string, string>()
  for (const event of events) {
    const thing = [head(event), withoutMadeUp(messageOf(event))].join(' ')
    const count = (counts.get(thing) ?? 0) + countOf(event)
    const times = count > 1 ? ` (×${count})` : ''
    counts.set(thing, count)
    // to the end, where the newest stands
    lines.delete(thing)
    lines.set(thing, `${head(event)}${times}: ${messageOf(event)}`)
  }
  return [...lines.values()]
}

function head(event: KubeObject): string {
  return `${textAt(event, 'type')} ${textAt(event, 'reason')}`
}

function messageOf(event: KubeObject): string {
  return textAt(event, 'message') ?? ''
}

function countOf(event: KubeObject): number {
  return numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1
}
