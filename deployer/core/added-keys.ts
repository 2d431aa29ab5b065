import { pathStep } from './changes.ts'
import { ownersOf } from './field-owners.ts'
import { at, isFields } from './object.ts'
import type { KubeObject } from './object.ts'

const MAPS = ['data', 'binaryData'] as const

/**
 * The keys that others put beside ours into a ConfigMap or a Secret, and who. They are no drift, for nothing of ours is
 * changed; but a pod that takes the whole object (`envFrom`, a volume) gets them as well.
 *
 * @returns `also has .data.DEADLINE_SECONDS of kubectl-patch`; undefined if there is none.
 */
export function addedKeys(desired: KubeObject, live: KubeObject): string | undefined {
  if (live.apiVersion !== 'v1' || !['ConfigMap', 'Secret'].includes(live.kind)) return undefined
  const ours = new Set(
    [...MAPS, 'stringData'].flatMap((map) => Object.keys(fieldsAt(desired, map))),
  )
  const found = MAPS.flatMap((map) =>
    Object.keys(fieldsAt(live, map))
      .filter((key) => !ours.has(key))
      .map((key) => `.${map}${pathStep(key)}`)
      .map((path) => ({ path, owners: ownersOf(live, path) }))
      // what we ourselves deployed before, the plan tells
      .filter(({ owners }) => !owners.some(({ isUs }) => isUs)),
  )
  if (found.length === 0) return undefined
  const managers = new Set(found.flatMap(({ owners }) => owners.map(({ manager }) => manager)))
  return `also has ${found.map(({ path }) => path).join(', ')} of ${[...managers].join(', ') || 'others'}`
}

function fieldsAt(object: KubeObject, map: string) {
  const found = at(object, map)
  return isFields(found) ? found : {}
}
