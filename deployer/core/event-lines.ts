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
    const thing = [head(event), messageOf(event).replaceAll(MADE_UP, '')].join(' ')
    const count = (counts.get(thing) ?? 0) + countOf(event)
    const times = count > 1 ? ` (×${count})` : ''
    counts.set(thing, count)
    // to the end, where the newest stands
    lines.delete(thing)
    lines.set(thing, `${head(event)}${times}: ${messageOf(event)}`)
  }
  return [...lines.values()]
}

/**
 * The end of a name that a controller made up: each pod that it tries to create has another.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apimachinery/pkg/util/rand/rand.go
 */
const MADE_UP = /-[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g

function head(event: KubeObject): string {
  return `${textAt(event, 'type')} ${textAt(event, 'reason')}`
}

function messageOf(event: KubeObject): string {
  return textAt(event, 'message') ?? ''
}

function countOf(event: KubeObject): number {
  return numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1
}
