import { ownsAllBelow, treesBelow, valueAtStep } from './field-tree.ts'
import { isFields } from './object.ts'
import type { Fields } from './object.ts'

/** What an apply takes away: the places of `tree` that stand in none of `trees`, the owners who stay. */
export interface GivenUp {
  readonly tree: Fields
  readonly trees: readonly Fields[]
}

/**
 * A copy of an object without the fields that an apply removes, before the API server puts defaults in their place.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go (prune)
 */
export function withoutFields(value: unknown, { tree, trees }: GivenUp): unknown {
  return Object.entries(tree).reduce((left, [step, child]) => {
    const found = step === '.' || !isFields(child) ? undefined : valueAtStep(left, step)
    if (found === undefined || !isFields(child)) return left
    const kept = treesBelow(trees, step)
    if (kept.length === 0 && isWhole(step, child)) return withStep(left, step, found, undefined)
    if (kept.some(ownsAllBelow)) return left
    const below = withoutFields(found, { tree: child, trees: kept })
    const isEmptied = kept.length === 0 && isFields(below) && Object.keys(below).length === 0
    return withStep(left, step, found, isEmptied ? undefined : below)
  }, value)
}

/** A value, a map or list that is owned as a whole, an item of a list, or a map whose being there is owned. */
function isWhole(step: string, tree: Fields): boolean {
  return !step.startsWith('f:') || '.' in tree || ownsAllBelow(tree)
}

/** @param now undefined takes it out. */
function withStep(value: unknown, step: string, before: unknown, now: unknown): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      if (item !== before) return [item]
      return now === undefined ? [] : [now]
    })
  }
  if (!isFields(value)) return value
  const { [step.slice(2)]: _, ...rest } = value
  return now === undefined ? rest : { ...value, [step.slice(2)]: now }
}
