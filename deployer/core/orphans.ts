import { isDeepStrictEqual } from 'node:util'
import type { Change } from './changes.ts'
import { ownedFields } from './managed-fields.ts'
import { stepText, treesBelow, treesOf, valueAtStep } from './field-tree.ts'
import { isFields } from './object.ts'
import type { Fields, KubeObject } from './object.ts'

/**
 * Paths that we stated before and do not state any more, that nobody else owns, and that are there all the same with
 * their old value: a default that equals it, or a field that cannot change, whose removal the API server passes over in
 * silence.
 *
 * @param answer Of the apply, or of its dry run.
 * @see https://github.com/kubernetes/kubernetes/issues/129890
 */
export function keptAfter(live: KubeObject, answer: KubeObject): readonly string[] {
  const trees = treesOf(answer.metadata.managedFields ?? [])
  const tree = ownedFields(live) ?? {}
  const before = new Map(
    orphansBelow({ tree, trees, value: live, path: '' }).map((one) => [one.path, one.before]),
  )
  return orphansBelow({ tree, trees, value: answer, path: '' })
    .filter(({ path, before: now }) => isDeepStrictEqual(before.get(path), now))
    .map(({ path }) => path)
}

interface Place {
  readonly tree: Fields
  /** The same place in the trees of those who stay. */
  readonly trees: readonly Fields[]
  readonly value: unknown
  readonly path: string
}

/** Every place of `tree` that has a value and stands in none of the other trees. */
function orphansBelow({ tree, trees, value, path }: Place): readonly Change[] {
  return Object.entries(tree).flatMap(([step, child]) => {
    if (step === '.' || !isFields(child)) return []
    const next = valueAtStep(value, step)
    if (next === undefined) return []
    const below = `${path}${stepText(step)}`
    const kept = treesBelow(trees, step)
    const isWhole = step.startsWith('k:') || Object.keys(child).every((key) => key === '.')
    if (isWhole && kept.length === 0) return [{ path: below, before: next }]
    return orphansBelow({ tree: child, trees: kept, value: next, path: below })
  })
}
