import { isDeepStrictEqual } from 'node:util'
import type { Change } from './changes.ts'
import { isImmutability } from './conflicts.ts'
import { ownsAllBelow, statedAtStep, stepText, valueAtStep } from './field-tree.ts'
import type { Steps } from './field-tree.ts'
import { isOurApply } from './managed-fields.ts'
import { at, isFields, listAt, textAt } from './object.ts'
import type { Fields, KubeObject, ManagedFieldsEntry } from './object.ts'
import { concealedAt } from './secrets.ts'

/**
 * A field that somebody else put where the API server takes it only instead of what we state, not beside it: a `value`
 * where we state `valueFrom`, another source of a volume, another handler of a probe, another port of the same name.
 */
export interface Rival {
  readonly steps: Steps
  /** `.spec.template.spec.containers[name=worker].env[name=NODE].value` */
  readonly path: string
  /** Who owns it; nobody owns a default of before. */
  readonly managers: readonly string[]
}

/**
 * What stands in the way of an apply that was refused: what the refusal names, or what stands beside it, as far as it is
 * live and we neither state it nor own it alone. An apply never takes such a field away, because its owner does not give
 * it up.
 *
 * The refusal counts items of lists in an order that only the API server knows; so all items that we state are looked
 * at. Whether it is enough to take these out, only a dry run tells.
 *
 * @param status The refusal of the API server.
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export function rivalsOf(live: KubeObject, desired: KubeObject, status: unknown): readonly Rival[] {
  const entries = (live.metadata.managedFields ?? []).filter((one) => isMain(one, live))
  const trees = entries.flatMap((entry) =>
    entry.fieldsV1 ? [{ entry, tree: entry.fieldsV1 }] : [],
  )
  const root: Place = { steps: [], live, desired, trees }
  const found = listAt(status, 'details', 'causes')
    .filter((cause) => !isImmutability(cause))
    .flatMap((cause) => placesOf(root, cause))
  const rivals = found.flatMap((place) => rivalAt(place) ?? [])
  return [...new Map(rivals.map((one) => [one.path, one])).values()]
}

/** Why it goes. */
export function rivalText({ path, managers }: Rival): string {
  const whose = managers.length > 0 ? `of ${managers.join(', ')}` : 'a default of before'
  return `${path}, ${whose}, is taken out: it cannot stand beside what the manifest states`
}

/** As a change; masked in a Secret. */
export function removalOf({ steps, path }: Rival, live: KubeObject): Change {
  const before = concealedAt(live, path) ? '*** (before)' : steps.reduce<unknown>(valueAtStep, live)
  return { path, before }
}

/** Fields of another version of the API may have other names, and a status is its controller's. */
function isMain({ apiVersion, subresource }: ManagedFieldsEntry, live: KubeObject): boolean {
  return (subresource ?? '') === '' && (apiVersion ?? live.apiVersion) === live.apiVersion
}

/** One place in the live object, in what we state, and in the trees of those who own something there. */
interface Place {
  readonly steps: Steps
  readonly live: unknown
  readonly desired: unknown
  readonly trees: readonly { readonly entry: ManagedFieldsEntry; readonly tree: Fields }[]
}

function step(place: Place, name: string): Place {
  // owned as a whole, nothing of it can be taken out
  const isWhole = place.trees.some(({ tree }) => ownsAllBelow(tree))
  return {
    steps: [...place.steps, name],
    live: isWhole ? undefined : valueAtStep(place.live, name),
    desired: statedAtStep(place.desired, name),
    trees: place.trees.flatMap(({ entry, tree }) => {
      const child = tree[name]
      return isFields(child) ? [{ entry, tree: child }] : []
    }),
  }
}

/** @returns undefined of what is not there, and of what is ours alone, which an apply can take away. */
function rivalAt({ steps, live, desired, trees }: Place): Rival | undefined {
  if (live === undefined || desired !== undefined) return undefined
  const others = trees.filter(({ entry }) => !isOurApply(entry))
  if (others.length === 0 && trees.length > 0) return undefined
  return {
    steps,
    path: steps.map(stepText).join(''),
    managers: [...new Set(others.map(({ entry }) => entry.manager ?? 'unknown'))],
  }
}

/** Of two with one name, or none where each needs one, it is the item; else it is a field. */
const ABOUT_ITEMS: readonly unknown[] = ['FieldValueDuplicate', 'FieldValueRequired']

/** `spec.ports[1].name` */
function placesOf(root: Place, cause: unknown): readonly Place[] {
  const words = [...(textAt(cause, 'field') ?? '').matchAll(/\[([^\]]*)\]|([^.[]+)/g)].map(
    ([, index, key]) =>
      index === undefined ? `f:${key}` : /^\d+$/.test(index) ? '#' : `f:${index}`,
  )
  const [last = '', above] = words.toReversed()
  if (ABOUT_ITEMS.includes(at(cause, 'reason'))) {
    return above === '#' ? walk(root, words.slice(0, -2)).flatMap((list) => twins(list, last)) : []
  }
  const message = textAt(cause, 'message') ?? ''
  return walk(root, words.slice(0, -1)).flatMap((parent) => besideOrBelow(parent, last, message))
}

/** All places that a path may mean: `#` is each item that we state. */
function walk(place: Place, [word, ...rest]: Steps): readonly Place[] {
  if (word === undefined)
    return isFields(place.desired) || Array.isArray(place.desired) ? [place] : []
  const next =
    word === '#' ? items(place).filter(({ desired }) => desired !== undefined) : [step(place, word)]
  return next.flatMap((one) => walk(one, rest))
}

function items(list: Place): readonly Place[] {
  const names = list.trees.flatMap(({ tree }) => Object.keys(tree))
  return [...new Set(names)].filter((name) => name.startsWith('k:')).map((name) => step(list, name))
}

/** Items of others with the same value in a field as one of ours. */
function twins(list: Place, field: string): readonly Place[] {
  const stated = listAt(list, 'desired').map((item) => valueAtStep(item, field))
  return items(list).filter(({ live }) =>
    stated.some((value) => isDeepStrictEqual(value, valueAtStep(live, field))),
  )
}

/**
 * What does not go with ours: the field that is named, or what is in it beside ours; or, if ours is named, what the message
 * puts into back quotes, or what is of its sort: another handler is a map as ours is, a period of a probe is not.
 */
function besideOrBelow(parent: Place, name: string, message: string): readonly Place[] {
  const named = step(parent, name)
  if (named.desired === undefined) return [named]
  const below = members(named).filter(({ trees }) => trees.length > 0)
  if (isFields(named.desired) && below.length > 0) return below
  const quoted = [...message.matchAll(/`(\w+)`/g)].map(([, word]) => `f:${word}`)
  const beside = members(parent)
  const meant = beside.filter(({ steps }) => quoted.includes(steps.at(-1) ?? ''))
  return meant.length > 0
    ? meant
    : beside.filter(({ live }) => isFields(live) === isFields(named.desired))
}

/** What is live and not stated by us, field by field. */
function members(place: Place): readonly Place[] {
  const { live, desired } = place
  if (!isFields(live) || !isFields(desired)) return []
  return Object.keys(live)
    .filter((key) => !(key in desired))
    .map((key) => step(place, `f:${key}`))
}
