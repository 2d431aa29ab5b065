import { ownsAllBelow, statedAtStep, treesBelow, treesOf, valueAtStep } from './field-tree.ts'
import { isOurApply, ownedFields } from './managed-fields.ts'
import { isFields } from './object.ts'
import type { Fields, KubeObject } from './object.ts'
import type { Rival } from './rivals.ts'
import { takenManagers } from './takeover.ts'
import { withoutFields } from './without-fields.ts'

/**
 * What the object will be when these fields were given to us and we apply, before defaults. A dry run of that apply cannot
 * be had: nothing is given by a dry run.
 *
 * @param desired Merged into the live object as the owners' trees tell: lists by their keys or as a whole.
 */
export function expectedAfter(
  live: KubeObject,
  desired: KubeObject,
  rivals: readonly Rival[],
): KubeObject {
  const managedFields = takenManagers(live, rivals)
  const tree = ownedFields({ ...live, metadata: { ...live.metadata, managedFields } }) ?? {}
  const trees = [stated(tree, desired), ...treesOf(managedFields.filter((one) => !isOurApply(one)))]
  const all = merged(live, desired, treesOf(live.metadata.managedFields ?? []))
  return withoutFields(all, { tree, trees }) as KubeObject
}

/** The part of a tree that a manifest states. Where nothing is left of a part, it is not the whole that is stated. */
function stated(tree: Fields, desired: unknown): Fields {
  const steps = Object.entries(tree)
  const kept = steps.flatMap(([step, child]): readonly (readonly [string, unknown])[] => {
    if (step === '.' || !isFields(child)) return [[step, child]]
    const value = statedAtStep(desired, step)
    return value === undefined ? [] : [[step, stated(child, value)]]
  })
  return steps.length > 0 && kept.length === 0 ? { '.': {} } : Object.fromEntries(kept)
}

function merged(live: unknown, desired: unknown, trees: readonly Fields[]): unknown {
  const isAtomic = trees.some(ownsAllBelow)
  if (isAtomic || live === undefined) return desired
  if (isFields(live) && isFields(desired)) {
    const ours = Object.entries(desired).map(
      ([key, value]) => [key, merged(live[key], value, treesBelow(trees, `f:${key}`))] as const,
    )
    return { ...live, ...Object.fromEntries(ours) }
  }
  return Array.isArray(live) && Array.isArray(desired) ? mergedLists(live, desired, trees) : desired
}

function mergedLists(
  live: readonly unknown[],
  desired: readonly unknown[],
  trees: readonly Fields[],
): readonly unknown[] {
  const steps = [...new Set(trees.flatMap((tree) => Object.keys(tree)))]
  if (steps.every((step) => !step.startsWith('k:'))) {
    return steps.some((step) => step.startsWith('v:'))
      ? [...new Set([...live, ...desired])]
      : desired
  }
  const pairs = steps.map((step) => ({
    step,
    theirs: valueAtStep(live, step),
    ours: statedAtStep(desired, step),
  }))
  const kept = live.map((item) => {
    const pair = pairs.find(({ theirs, ours }) => theirs === item && ours !== undefined)
    return pair ? merged(item, pair.ours, treesBelow(trees, pair.step)) : item
  })
  const matched = new Set(pairs.flatMap(({ theirs, ours }) => (theirs === undefined ? [] : [ours])))
  return [...kept, ...desired.filter((item) => !matched.has(item))]
}
