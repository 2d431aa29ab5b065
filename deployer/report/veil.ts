import { objectRef, subjectOf } from '../core/object.ts'
import type { KubeObject } from '../core/object.ts'
import { conceal, secretTexts } from '../core/secrets.ts'
import { veiledText } from '../core/veiled-text.ts'
import type { Report, ReportEvent } from './events.ts'

/** Masks the values of all Secrets it has been shown, and what looks like a key, wherever they turn up in what is said. */
export interface Veil {
  /** Of objects that are no Secrets, only the names: they stay readable. */
  readonly learn: (objects: readonly KubeObject[]) => void
  readonly over: (report: Report) => Report
}

/** Names and words by which programs read the output: never touched, and never a place for a value. */
const OWN_WORDS = [
  'event',
  'subject',
  'subjects',
  'action',
  'state',
  'code',
  'id',
  'kind',
  'path',
  'pod',
]

/** Events that are said in our own words and the names of the run alone; only what looks like a key is masked there. */
const OWN_EVENTS = ['target', 'begin', 'done', 'plan', 'next']
/** The same of parts of other events. */
const OWN_PARTS = ['did', 'managers', 'age', 'cause', 'counts']

/** Our words beside which others' stand in one text. */
const OWN_PHRASES = [
  /^\d+ of \d+ objects current, \d+ drifted$/g,
  /(?<=: )(?:apply|create|put back|delete|get|list|dry run(?: of the replacement)?) refused \(\w+\)(?=: )/g,
  /deployed with other values than these files have(?=: )/g,
  /(?:^|(?<=; ))(?:edited by|removed(?=: ))/g,
]

/** What `render` prints is the manifests themselves, to be applied by others: only that keeps its values. */
const PRODUCT = 'rendered'

/** What is hidden, and which words of our own are kept although they may be the same. */
interface Known {
  readonly texts: readonly string[]
  readonly own: readonly RegExp[]
}

export function createVeil(): Veil {
  let known: Known = { texts: [], own: OWN_PHRASES }
  const subjects = new Set<string>()
  return {
    learn: (objects) => {
      for (const object of objects) subjects.add(subjectOf(objectRef(object)))
      const found = secretTexts(objects).filter((text) => !known.texts.includes(text))
      if (found.length === 0) return
      const texts = [...known.texts, ...found].toSorted((a, b) => b.length - a.length)
      known = { texts, own: [...OWN_PHRASES, anyOf(subjects)] }
    },
    over: (report) => (event) => {
      report(event.event === PRODUCT ? event : veiled(event, known))
    },
  }
}

/** Of each as a whole: `ConfigMap/ns/a` is no part of `ConfigMap/ns/a-b`. */
function anyOf(subjects: ReadonlySet<string>): RegExp {
  const names = [...subjects].map((subject) => subject.replaceAll(/[^\w/-]/g, String.raw`\$&`))
  return new RegExp(String.raw`(?<![\w./-])(?:${names.join('|')})(?![\w./-])`, 'g')
}

function veiled(event: ReportEvent, known: Known): ReportEvent {
  const isOwn = OWN_EVENTS.includes(event.event)
  const shown = Object.entries(event).map(([key, value]: readonly [string, unknown]) => {
    if (OWN_WORDS.includes(key)) return [key, value] as const
    if (isOwn || OWN_PARTS.includes(key)) return [key, conceal(value, [])] as const
    if (typeof value === 'string') return [key, veiledText(value, known.texts, known.own)] as const
    if (key !== 'changes') return [key, conceal(value, known.texts)] as const
    const changes = value as readonly { readonly path: string }[]
    return [key, changes.map((one) => veiledChange(one, known.texts))]
  })
  return Object.fromEntries(shown) as ReportEvent
}

function veiledChange(change: { readonly path: string }, texts: readonly string[]): object {
  const { path, ...values } = change
  return { path, ...(conceal(values, texts) as object) }
}
