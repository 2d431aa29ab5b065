import { styleText } from 'node:util'
import type { ActionCounts } from '../core/plan.ts'
import { sideBySide } from '../core/side-by-side.ts'
import { columnWidth } from './columns.ts'
import type { Report, ReportEvent } from './events.ts'

/** Where text goes: stdout is the product, stderr the talk. */
export interface Streams {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Whether each of the two is a terminal that wants colour. */
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean }
}

type Style = Parameters<typeof styleText>[0]

/** Red is for failures alone: what goes as it was asked to is none. */
const STYLES: Readonly<Record<string, Style>> = {
  create: 'green',
  created: 'green',
  configure: 'yellow',
  configured: 'yellow',
  recreate: 'magenta',
  recreated: 'magenta',
  adopt: 'yellow',
  adopted: 'yellow',
  prune: 'magenta',
  pruned: 'magenta',
  deleted: 'magenta',
  left: 'red',
  failed: 'red',
  unchanged: 'dim',
  current: 'green',
}

/** Lines that are the same in a terminal and in CI: nothing is redrawn. */
export function textReport(streams: Streams): Report {
  let width = 0
  return (event) => {
    if (event.event === 'subjects') width = columnWidth(event.subjects)
    const product = isProduct(event)
    const write = product ? streams.stdout : streams.stderr
    const colour = product ? streams.colour.stdout : streams.colour.stderr
    const paint = (style: Style | undefined, text: string) =>
      colour && style !== undefined ? styleText(style, text, { validateStream: false }) : text
    // time of day in UTC, as the local platform's own log
    const clock = event.time === undefined ? '' : `${event.time.slice(11, 19)} `
    for (const line of linesOf(event, { paint, width }))
      write(`${clock}${line}
`)
  }
}

function isProduct(event: ReportEvent): boolean {
  if (event.event === 'planned') return event.product
  return ['rendered', 'log', 'status'].includes(event.event)
}

type Paint = (style: Style | undefined, text: string) => string

interface Look {
  readonly paint: Paint
  /** Of the column of names. */
  readonly width: number
}

function linesOf(event: ReportEvent, look: Look): readonly string[] {
  const { paint, width } = look
  switch (event.event) {
    case 'subjects':
      return []
    case 'target':
      return [
        `• ${event.doing} ${event.context} (${event.server}), namespace ${event.namespace}, environment ${event.environment}`,
      ]
    case 'begin':
      return [`• ${event.message}`]
    case 'done':
      return [`${paint('green', '✓')} ${event.message}`]
    case 'warning':
      return [`${paint('yellow', '!')} ${event.message}`]
    case 'planned':
      return [
        objectLine(
          event.subject.padEnd(width),
          paint(STYLES[event.action], event.action),
          event.isShared === true ? undefined : event.reason,
        ),
        ...event.changes.map((change) => `    ${changeText(change)}`),
      ]
    case 'plan':
      return [
        ...(event.untried ?? []).map(({ reason, count }) => `  ${count} objects: ${reason}`),
        `${paint('green', '✓')} Planned: ${countsText(event.counts)} (plan ${event.id})`,
      ]
    case 'object':
      return [markedLine(event, look)]
    case 'status':
      return [
        objectLine(
          event.subject.padEnd(width),
          `${paint(STYLES[event.state], event.state.padEnd(12))} ${event.age ?? ''}`.trimEnd(),
          event.cause === undefined ? event.reason : `${event.cause}: ${event.reason ?? ''}`,
        ),
      ]
    case 'healed':
      return [objectLine(event.subject.padEnd(width), paint('yellow', event.did), foundText(event))]
    case 'evidence':
      return event.text.split('\n').map((text) => `    ${event.kind.padEnd(8)} ${text}`)
    case 'rendered':
      return [event.yaml.trimEnd()]
    case 'log':
      return [event.line]
    case 'next':
      return [`  next: ${event.command}`]
    case 'error':
      return errorLines(event, paint)
    default:
      return event satisfies never
  }
}

/** `1 to create, 3 unchanged` */
function countsText(counts: ActionCounts): string {
  return Object.entries(counts)
    .map(([action, count]) => `${count} ${action === 'unchanged' ? action : `to ${action}`}`)
    .join(', ')
}

/** @param subject As wide as its column. */
function objectLine(subject: string, state: string, reason: string | undefined): string {
  return `  ${subject}  ${state}${reason === undefined ? '' : `: ${reason}`}`
}

function markedLine(
  event: Extract<ReportEvent, { readonly event: 'object' }>,
  { paint, width }: Look,
): string {
  const state = paint(STYLES[event.state], event.state)
  const line = objectLine(event.subject.padEnd(width), state, event.reason)
  if (event.state === 'failed') return `${paint('red', '✗')}${line.slice(1)}`
  return event.state === 'current' ? `${paint('green', '✓')}${line.slice(1)}` : line
}

function errorLines(
  event: Extract<ReportEvent, { readonly event: 'error' }>,
  paint: Paint,
): readonly string[] {
  return [
    `${paint('red', '✗')} ${event.message}`,
    ...(event.hint === undefined ? [] : [`    hint  ${event.hint}`]),
    ...(event.stack === undefined ? [] : [event.stack]),
    `${event.code} (exit code ${event.exitCode})`,
  ]
}

/** Who changed what, on one line. */
function foundText({
  changes,
  managers,
}: Extract<ReportEvent, { readonly event: 'healed' }>): string {
  if (changes.length === 0) return 'it had been deleted'
  const who = managers.length > 0 ? managers.join(', ') : 'somebody (removed, so nobody owns it)'
  return `${who} had changed ${changes.map(changeText).join('; ')}`
}

function changeText({
  path,
  before,
  after,
}: {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}): string {
  return `${path}: ${sideBySide(before, after).join(' → ')}`
}
