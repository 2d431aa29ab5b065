import { isDeepStrictEqual } from 'node:util'
import { ownedFields } from './managed-fields.ts'
import { isFields, textAt } from './object.ts'
import type { Fields, KubeObject } from './object.ts'
import { concealedAt } from './secrets.ts'

/** One changed place; a side that is absent did not or will not exist. */
export interface Change {
  /** As kubectl writes it: `.spec.containers[name=worker].image` */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

const SERVER_FIELDS = [
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'selfLink',
]

/**
 * What differs between the live object and the same object after an apply (the answer of a dry run), as leaves.
 *
 * Bookkeeping of the API server and the status are left out. Values of a Secret are masked.
 */
export function changesBetween(live: KubeObject, applied: KubeObject): readonly Change[] {
  const changes = compare('', comparable(live), comparable(applied))
  return changes.map((one) => (concealedAt(live, one.path) ? maskSecret(one) : one))
}

/** What the rendered object states and the live one does not have so; what it does not state is not looked at. */
export function statedChanges(live: KubeObject, desired: KubeObject): readonly Change[] {
  return changesBetween(stated(live, desired) as KubeObject, desired)
}

/** The same, and what we stated before and the rendered object does not state any more. */
export function restatedChanges(live: KubeObject, desired: KubeObject): readonly Change[] {
  return changesBetween(stated(live, desired, ownedFields(live)) as KubeObject, desired)
}

/** @param owned Tree of the fields that count although `desired` does not state them. */
function stated(live: unknown, desired: unknown, owned: Fields = {}): unknown {
  if (isFields(live) && isFields(desired)) {
    const keys = Object.keys(live).filter((key) => key in desired || `f:${key}` in owned)
    return Object.fromEntries(
      keys.map((key) => [key, stated(live[key], desired[key], treeAt(owned, `f:${key}`))]),
    )
  }
  if (!Array.isArray(live) || !Array.isArray(desired)) return live
  const [lives, desireds] = [byName(live), byName(desired)]
  if (!lives || !desireds) return live
  const dropped = [...lives.keys()].filter((name) => !desireds.has(name) && stepTo(name) in owned)
  return [...desireds.keys(), ...dropped].flatMap((name) =>
    lives.has(name)
      ? [stated(lives.get(name), desireds.get(name), treeAt(owned, stepTo(name)))]
      : [],
  )
}

/** Of an item that is found by its name. */
function stepTo(name: unknown): string {
  return `k:${JSON.stringify({ name })}`
}

function treeAt(owned: Fields, step: string): Fields {
  const found = owned[step]
  return isFields(found) ? found : {}
}

function comparable(object: KubeObject): Fields {
  const { status: _, metadata, ...rest } = object
  const kept = Object.entries(metadata).filter(([key]) => !SERVER_FIELDS.includes(key))
  return { ...rest, metadata: Object.fromEntries(kept) }
}

function compare(path: string, before: unknown, after: unknown): readonly Change[] {
  if (isDeepStrictEqual(before, after)) return []
  if (isFields(before) && isFields(after)) return compareMaps(path, before, after)
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after)
  return [change(path, before, after)]
}

function compareMaps(path: string, before: Fields, after: Fields): readonly Change[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return keys.flatMap((key) => compare(`${path}${pathStep(key)}`, before[key], after[key]))
}

/** Lists whose items have names are compared name by name, so that an inserted item is one change. */
function compareLists(
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly Change[] {
  const [befores, afters] = [byName(before), byName(after)]
  if (!befores || !afters) return [change(path, before, after)]
  const names = [...new Set([...befores.keys(), ...afters.keys()])]
  const changes = names.flatMap((name) =>
    compare(`${path}[name=${name}]`, befores.get(name), afters.get(name)),
  )
  return changes.length > 0 ? changes : [change(path, before, after)]
}

/** Claim templates are whole objects, with their names in their metadata. */
function byName(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const entries = list.flatMap((item) => {
    const name = textAt(item, 'name') ?? textAt(item, 'metadata', 'name')
    return name === undefined ? [] : [[name, item] as const]
  })
  const map = new Map(entries)
  return map.size === list.length ? map : undefined
}

/** One key as a path names it. */
export function pathStep(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function change(path: string, before: unknown, after: unknown): Change {
  return {
    path: path === '' ? '.' : path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  }
}

/** The whole value goes, also its length: that something changed is all a plan may tell about a secret. */
function maskSecret(one: Change): Change {
  return {
    path: one.path,
    ...('before' in one ? { before: '*** (before)' } : {}),
    ...('after' in one ? { after: '*** (after)' } : {}),
  }
}
