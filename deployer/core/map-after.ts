import { pathStep } from './changes.ts'
import { at } from './object.ts'
import type { Fields } from './object.ts'
import type { PlanEntry } from './plan.ts'

/** A map of strings, as a deploy leaves it: what others put beside our keys stays, what the plan removes goes. */
export function mapAfter(
  { action, desired, live, changes }: PlanEntry,
  ...path: readonly string[]
): Fields {
  const stated = at(desired ?? live, ...path) ?? {}
  if (!live || action === 'recreate') return stated as Fields
  const removed = changes.filter((change) => !('after' in change)).map((change) => change.path)
  const steps = path.map(pathStep)
  const isGone = (key: string) =>
    [...steps, pathStep(key)].some((_, index, all) =>
      removed.includes(all.slice(0, index + 1).join('')),
    )
  const kept = Object.entries(at(live, ...path) ?? {}).filter(([key]) => !isGone(key))
  return { ...Object.fromEntries(kept), ...stated }
}
