import type { KubeObject } from '../core/object.ts'
import { conceal, secretTexts } from '../core/secrets.ts'
import type { Report, ReportEvent } from './events.ts'

/** Masks the values of all Secrets it has been shown, and what looks like a key, wherever they turn up in what is said. */
export interface Veil {
  /** Objects that are no Secrets are passed over. */
  readonly learn: (objects: readonly KubeObject[]) => void
  readonly over: (report: Report) => Report
}

/** Names and words of our own, by which programs read the output: never masked, and never a place for a value. */
const OWN_WORDS = ['event', 'subject', 'action', 'state', 'code', 'id', 'kind', 'path', 'pod']

/** What `render` prints is the manifests themselves, to be applied by others: only that keeps its values. */
const PRODUCT = 'rendered'

export function createVeil(): Veil {
  let texts: readonly string[] = []
  return {
    learn: (objects) => {
      const found = secretTexts(objects).filter((text) => !texts.includes(text))
      if (found.length === 0) return
      texts = [...texts, ...found].toSorted((a, b) => b.length - a.length)
    },
    over: (report) => (event) => {
      report(event.event === PRODUCT ? event : veiled(event, texts))
    },
  }
}

function veiled(event: ReportEvent, texts: readonly string[]): ReportEvent {
  const shown = Object.entries(event).map(([key, value]) => {
    if (OWN_WORDS.includes(key)) return [key, value] as const
    if (key !== 'changes') return [key, conceal(value, texts)] as const
    return [
      key,
      (value as readonly { readonly path: string }[]).map((one) => veiledChange(one, texts)),
    ]
  })
  return Object.fromEntries(shown) as ReportEvent
}

function veiledChange(change: { readonly path: string }, texts: readonly string[]): object {
  const { path, ...values } = change
  return { path, ...(conceal(values, texts) as object) }
}
