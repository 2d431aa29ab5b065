import { isDeepStrictEqual } from 'node:util'
import { isFields } from './object.ts'
import type { Fields, KubeObject, ManagedFieldsEntry } from './object.ts'
import { FIELD_MANAGER } from './ownership.ts'

/**
 * What we own of a live object: the `fieldsV1` tree of our server-side apply, or undefined if we never applied it.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function ownedFields(live: KubeObject): Fields | undefined {
  return live.metadata.managedFields?.find(isOurApply)?.fieldsV1
}

/** Whether an entry of managedFields is that of our server-side apply. */
export function isOurApply({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === 'Apply' && (subresource ?? '') === ''
}

/**
 * Whether applying `desired` would change nothing: every value it states is live, we own exactly the fields it states,
 * and so nothing that was once stated has been removed from it.
 *
 * It may say no where the API server would say yes (a quantity written in another way); that costs a dry run. It never
 * says yes where the API server would say no.
 */
export function isApplied(desired: KubeObject, live: KubeObject): boolean {
  const owned = ownedFields(live)
  if (!owned) return false
  const { apiVersion: _, kind: __, metadata, ...rest } = desired
  const { name: ___, namespace: ____, ...statedMetadata } = metadata
  const labelled = Object.keys(statedMetadata).length > 0 ? { metadata: statedMetadata } : {}
  return matches({ ...rest, ...labelled }, live, owned)
}

/** Compares one node of the object with one node of the ownership tree. */
function matches(desired: unknown, live: unknown, owned: Fields): boolean {
  const steps = Object.keys(owned).filter((key) => key !== '.')
  if (steps.length === 0) return sameValue(desired, live)
  if (isFields(desired) && isFields(live)) return matchesMap(desired, live, owned, steps)
  if (Array.isArray(desired) && Array.isArray(live)) return matchesList(desired, live, owned, steps)
  return false
}

function matchesMap(
  desired: Fields,
  live: Fields,
  owned: Fields,
  steps: readonly string[],
): boolean {
  const stated = Object.keys(desired).filter((key) => desired[key] !== undefined)
  return (
    steps.length === stated.length &&
    stated.every((key) => {
      const child = owned[`f:${key}`]
      return isFields(child) && matches(withDefaults(key, desired[key]), live[key], child)
    })
  )
}

/** Owned as a whole, and completed by the API server: without this every pod with a downward-API variable costs a dry run. */
function withDefaults(key: string, value: unknown): unknown {
  return key === 'fieldRef' && isFields(value) ? { apiVersion: 'v1', ...value } : value
}

/** A list that is owned element by element: a map by keys (`k:`) or a set of values (`v:`). */
function matchesList(
  desired: readonly unknown[],
  live: readonly unknown[],
  owned: Fields,
  steps: readonly string[],
): boolean {
  if (steps.length !== desired.length) return false
  const places: number[] = []
  const all = steps.every((step) => {
    const value: unknown = JSON.parse(step.slice(2))
    if (step.startsWith('v:')) return contains(desired, value) && contains(live, value)
    if (!step.startsWith('k:') || !isFields(value)) return false
    const wanted = desired.find((item) => hasKeys(item, value, true))
    const place = live.findIndex((item) => hasKeys(item, value, false))
    const child = owned[step]
    places.push(desired.indexOf(wanted))
    return (
      wanted !== undefined && place !== -1 && isFields(child) && matches(wanted, live[place], child)
    )
  })
  return all && new Set(places).size === places.length
}

/** A key that was not written but defaulted (`protocol: TCP`) is in the tree's step, yet not in what we state or own. */
function hasKeys(item: unknown, keys: Fields, absentIsDefault: boolean): boolean {
  return (
    isFields(item) &&
    Object.entries(keys).every(
      ([key, value]) => item[key] === value || (absentIsDefault && item[key] === undefined),
    )
  )
}

function contains(list: readonly unknown[], value: unknown): boolean {
  return list.some((item) => isDeepStrictEqual(item, value))
}

/** A leaf of the tree: a scalar, or a map or list that is owned as a whole. */
function sameValue(desired: unknown, live: unknown): boolean {
  return isDeepStrictEqual(desired, live)
}
