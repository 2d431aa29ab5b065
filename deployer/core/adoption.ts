import { ownedFields, isOurApply } from './managed-fields.ts'
import { at, isFields } from './object.ts'
import type { KubeObject } from './object.ts'
import { MANAGED_BY_LABEL, PART_OF_LABEL } from './ownership.ts'

/**
 * What stood where an adoption writes labels and annotations: only with it can an object be given back as it was. A key
 * that it lacks was not there.
 */
export interface Prior {
  readonly labels: Texts
  readonly annotations: Texts
}

type Texts = Readonly<Record<string, string>>

/** Labels and annotations: what marks an object beside what it is. */
const MARKS = ['labels', 'annotations'] as const
type Mark = (typeof MARKS)[number]

/** @param live The object as it was found, belonging to nobody. */
export function priorOf(live: KubeObject, desired: KubeObject): Prior {
  const found = (mark: Mark) => {
    const stated = desired.metadata[mark] ?? {}
    return Object.fromEntries(
      Object.entries(live.metadata[mark] ?? {}).filter(([key]) => Object.hasOwn(stated, key)),
    )
  }
  return { labels: found('labels'), annotations: found('annotations') }
}

/** As an inventory holds it. @returns undefined of what was not adopted, or is not readable. */
export function parsePrior(raw: unknown): Prior | undefined {
  if (!isFields(raw)) return undefined
  const texts = (mark: Mark) =>
    Object.fromEntries(
      Object.entries(raw[mark] ?? {}).filter(
        (pair): pair is [string, string] => typeof pair[1] === 'string',
      ),
    )
  return { labels: texts('labels'), annotations: texts('annotations') }
}

/** A merge patch of `metadata`, and what it does beyond taking our two labels off. */
export interface GivenBack {
  readonly patch: Readonly<Record<Mark, Readonly<Record<string, string | null>>>>
  readonly removed: readonly string[]
  /** `key=value` */
  readonly restored: readonly string[]
}

/**
 * How an object that is given up looks afterwards: what we made keeps all but our two labels; of what was adopted our
 * labels and annotations go, and what stood in their place comes back. What others state as well stays.
 *
 * @param prior Undefined of what we made.
 */
export function givenBack(live: KubeObject, prior: Prior | undefined): GivenBack {
  const bare = { [PART_OF_LABEL]: null, [MANAGED_BY_LABEL]: null }
  if (prior === undefined) {
    return { patch: { labels: bare, annotations: {} }, removed: [], restored: [] }
  }
  const labels = { ...marksBack(live, 'labels', prior), [PART_OF_LABEL]: null }
  const annotations = marksBack(live, 'annotations', prior)
  const changes = [...Object.entries(labels), ...Object.entries(annotations)]
  const removed = changes.filter(([key, value]) => value === null && !(key in bare))
  const restored = changes.flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
  return { patch: { labels, annotations }, removed: removed.map(([key]) => key), restored }
}

function marksBack(
  live: KubeObject,
  mark: Mark,
  prior: Prior,
): Readonly<Record<string, string | null>> {
  const ours = keysAt(ownedFields(live), mark)
  const theirs = (live.metadata.managedFields ?? [])
    .filter((entry) => !isOurApply(entry))
    .flatMap(({ fieldsV1 }) => keysAt(fieldsV1, mark))
  return Object.fromEntries(
    ours.flatMap((key): readonly [string, string | null][] => {
      const before = prior[mark][key]
      if (before !== undefined) return before === live.metadata[mark]?.[key] ? [] : [[key, before]]
      return theirs.includes(key) ? [] : [[key, null]]
    }),
  )
}

function keysAt(tree: unknown, mark: Mark): readonly string[] {
  return Object.keys(at(tree, 'f:metadata', `f:${mark}`) ?? {})
    .filter((step) => step.startsWith('f:'))
    .map((step) => step.slice(2))
}
