import { isRecord, listAt, textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { age } from './age.ts'

/** One column of a `meta.k8s.io/v1` Table; priority 1 is shown with `-o wide`. */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

/** The cells of one object, in the order of its kind's columns. */
export type Cells = (object: KubeObject, now: number) => readonly unknown[]

/** A row that begins with the name and ends, but for the wide part, with the age. */
export function row(
  object: KubeObject,
  now: number,
  middle: readonly unknown[],
  wide: readonly unknown[] = [],
): readonly unknown[] {
  return [
    object.metadata.name ?? '',
    ...middle,
    age(object.metadata.creationTimestamp, now),
    ...wide,
  ]
}

/** `a=b,c=d`, keys in order; `<none>` for no labels. */
export function labelText(labels: unknown): string {
  const entries = isRecord(labels) ? Object.entries(labels) : []
  const sorted = entries.toSorted(([left], [right]) => (left < right ? -1 : 1))
  return sorted.length === 0
    ? '<none>'
    : sorted.map(([key, value]) => `${key}=${String(value)}`).join(',')
}

/** A LabelSelector as `kubectl get -l` would take it; `<none>` for one that selects everything. */
export function selectorText(selector: unknown): string {
  if (!isRecord(selector)) return '<none>'
  const labels = isRecord(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : []
  const terms = [
    ...labels.map(([key, value]) => ({ key, text: `${key}=${String(value)}` })),
    ...listAt(selector, 'matchExpressions').map(expressionTerm),
  ]
  const sorted = terms.toSorted((left, right) => (left.key < right.key ? -1 : 1))
  return sorted.length === 0 ? '<none>' : sorted.map(({ text }) => text).join(',')
}

function expressionTerm(expression: unknown): { readonly key: string; readonly text: string } {
  const key = isRecord(expression) ? String(expression['key']) : ''
  const values = listAt(expression, 'values').map(String).toSorted().join(',')
  switch (isRecord(expression) ? expression['operator'] : '') {
    case 'In':
      return { key, text: `${key} in (${values})` }
    case 'NotIn':
      return { key, text: `${key} notin (${values})` }
    case 'DoesNotExist':
      return { key, text: `!${key}` }
    default:
      return { key, text: key }
  }
}

/** Names and images of a template's containers, each as one cell. */
export function containerCells(containers: readonly unknown[]): readonly [string, string] {
  const each = (key: string): string => containers.map((one) => textAt(one, key) ?? '').join(',')
  return [each('name'), each('image')]
}
