import { isFields, listAt } from './object.ts'
import type { Fields, ManagedFieldsEntry } from './object.ts'

/** Steps of an ownership tree: `f:spec`, `k:{"name":"worker"}`, `v:"value"`. */
export type Steps = readonly string[]

/** What a step of an ownership tree leads to; undefined where there is nothing. */
export function valueAtStep(value: unknown, step: string): unknown {
  return memberAt(value, step, false)
}

/** The same in what a manifest states, where a key that has a default (`protocol: TCP`) may be left out. */
export function statedAtStep(value: unknown, step: string): unknown {
  return memberAt(value, step, true)
}

function memberAt(value: unknown, step: string, absentIsDefault: boolean): unknown {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return isFields(value) ? value[rest] : undefined
  const wanted: unknown = JSON.parse(rest)
  const isWanted = (item: unknown) =>
    step.startsWith('v:')
      ? item === wanted
      : isFields(item) &&
        isFields(wanted) &&
        Object.entries(wanted).every(
          ([key, one]) => item[key] === one || (absentIsDefault && item[key] === undefined),
        )
  return listAt({ value }, 'value').find(isWanted)
}

/** The trees of owners. */
export function treesOf(entries: readonly ManagedFieldsEntry[]): readonly Fields[] {
  return entries.flatMap(({ fieldsV1 }) => (fieldsV1 ? [fieldsV1] : []))
}

/** What is left of some trees one step below; none of an owner who has nothing there. */
export function treesBelow(trees: readonly Fields[], step: string): readonly Fields[] {
  return trees.map((tree) => tree[step]).filter(isFields)
}

/** Whether an owner has a place as a whole, and not parts of it. */
export function ownsAllBelow(tree: Fields): boolean {
  return Object.keys(tree).length === 0
}

/** The part of a tree at some steps; undefined where it ends before. */
export function treeAt(tree: Fields | undefined, steps: Steps): Fields | undefined {
  return steps.reduce<Fields | undefined>((node, step) => {
    const child = node?.[step]
    return isFields(child) ? child : undefined
  }, tree)
}

/** One step of an ownership tree as a path names it. */
export function stepText(step: string): string {
  const rest = step.slice(2)
  if (step.startsWith('f:')) {
    return /^[A-Za-z0-9_-]+$/.test(rest) ? `.${rest}` : `[${JSON.stringify(rest)}]`
  }
  if (step.startsWith('v:')) return `[=${rest}]`
  const keys = Object.entries(JSON.parse(rest) as Fields)
  return `[${keys.map(([key, value]) => `${key}=${String(value)}`).join(',')}]`
}

/** Two trees as one. */
export function union(one: Fields, other: Fields | undefined): Fields {
  const merged = Object.entries(other ?? {}).map(([step, child]) => {
    const known = one[step]
    return [step, isFields(known) && isFields(child) ? union(known, child) : child] as const
  })
  return { ...one, ...Object.fromEntries(merged) }
}

/** A tree with a part put at some steps. */
export function withTree(tree: Fields, [step, ...rest]: Steps, part: Fields): Fields {
  if (step === undefined) return union(tree, part)
  const child = tree[step]
  return { ...tree, [step]: withTree(isFields(child) ? child : {}, rest, part) }
}

/** A tree without what it has at some steps; undefined if nothing is left, for an empty tree owns all that is below. */
export function withoutTree(tree: Fields, [step, ...rest]: Steps): Fields | undefined {
  const child = step === undefined ? undefined : tree[step]
  if (step === undefined || !isFields(child)) return step === undefined ? undefined : tree
  const left = rest.length === 0 ? undefined : withoutTree(child, rest)
  const { [step]: _, ...others } = tree
  if (left !== undefined) return { ...others, [step]: left }
  return Object.keys(others).length === 0 ? undefined : others
}
