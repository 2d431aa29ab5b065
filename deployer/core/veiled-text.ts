import { conceal } from './secrets.ts'

type Span = readonly [start: number, end: number]

/**
 * A text with every secret masked, but for those that lie wholly within words of our own: the name of an object may well
 * be the value of a Secret. One that only reaches into such words is masked.
 *
 * @param own Whole words or names; they count only where they do not stand inside a longer one.
 */
export function veiledText(text: string, texts: readonly string[], own: readonly RegExp[]): string {
  if (!texts.some((one) => text.includes(one))) return String(conceal(text, []))
  const kept = own.flatMap((words) => [...text.matchAll(words)].map(spanOf))
  if (kept.length === 0) return String(conceal(text, texts))
  const secret = texts
    .flatMap((value) => spansOf(text, value))
    .filter(([start, end]) => !kept.some(([from, to]) => from <= start && end <= to))
  return String(conceal(masked(text, secret), []))
}

function spanOf({ index, 0: { length } }: RegExpExecArray): Span {
  return [index, index + length]
}

/** Also those that overlap. */
function spansOf(text: string, value: string): readonly Span[] {
  const spans: Span[] = []
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    spans.push([at, at + value.length])
  }
  return spans
}

function masked(text: string, spans: readonly Span[]): string {
  let [shown, done] = ['', 0]
  for (const [start, end] of spans.toSorted(([a], [b]) => a - b)) {
    if (start >= done) shown += `${text.slice(done, start)}***`
    done = Math.max(done, end)
  }
  return shown + text.slice(done)
}
