import { withoutMadeUp } from '../core/made-up-names.ts'
import type { Readiness } from '../core/readiness-result.ts'
import type { Waited } from '../core/waited.ts'

/** Says how objects come along, without a line for each number that moves. */
export interface WaitTeller {
  readonly tell: (waited: Waited) => void
  /** Says what was held back last, since nothing follows. */
  readonly close: () => void
}

/** How long an object that stays at one stage is not told of again. */
const PAUSE_MS = 5_000

/**
 * A change is said at once, but for one of a number only, or back to what has been said already (`1 of 40 replicas
 * updated`, `2 of 40 …`): of these the last is said when the pause is over. A failure is said again only after
 * something else.
 *
 * @param say Told as often as it is worth a line.
 */
export function createWaitTeller(say: (waited: Waited) => void): WaitTeller {
  const rows = new Map<string, Row>()
  const tellNow = (row: Row, waited: Waited) => {
    clearTimeout(row.timer)
    row.held = undefined
    const { readiness } = waited
    const text = JSON.stringify(readiness)
    if (text === row.said) return
    row.said = text
    row.stage = stageOf(readiness)
    row.saidAtMs.set(row.stage, performance.now())
    say(waited)
  }
  return {
    tell: (waited) => {
      const { kind, metadata } = waited.object
      const key = metadata.uid ?? `${kind}/${metadata.namespace}/${metadata.name}`
      const row: Row = rows.get(key) ?? { said: '', stage: '', saidAtMs: new Map() }
      rows.set(key, row)
      const stage = stageOf(waited.readiness)
      clearTimeout(row.timer)
      row.held = undefined
      if (waited.readiness.status !== 'in-progress') {
        if (stage !== row.stage) tellNow(row, waited)
        return
      }
      const restMs = (row.saidAtMs.get(stage) ?? -Infinity) + PAUSE_MS - performance.now()
      if (restMs <= 0) return tellNow(row, waited)
      row.held = waited
      row.timer = setTimeout(() => tellNow(row, waited), restMs)
    },
    close: () => {
      for (const row of rows.values()) if (row.held) tellNow(row, row.held)
    },
  }
}

/** What is known of one object. */
interface Row {
  said: string
  /** What was said last, as below. */
  stage: string
  readonly saidAtMs: Map<string, number>
  held?: Waited | undefined
  timer?: NodeJS.Timeout
}

/** Its words without made-up names, numbers and plurals; that something is there at all is another stage than nothing. */
function stageOf(readiness: Readiness): string {
  const words = withoutMadeUp(JSON.stringify(readiness)).replaceAll(/\b[1-9]\d*\b/g, '#')
  return words.replaceAll(/(# (?:old )?\w+?)s\b/g, '$1')
}
