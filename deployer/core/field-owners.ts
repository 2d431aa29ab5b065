import { isOurApply, ownedFields } from './managed-fields.ts'
import { isFields } from './object.ts'
import type { Fields, KubeObject } from './object.ts'

/** A manager that owns a field of a live object. */
export interface FieldOwner {
  readonly manager: string
  /** It owns the field because we applied it. */
  readonly isUs: boolean
  /** `scale`, `status` … or undefined for the object itself. */
  readonly subresource?: string
}

/**
 * Who owns a field, as `metadata.managedFields` says.
 *
 * @param path As a change names it: `.spec.containers[name=worker].image`
 * @returns Several if they applied the same value; none if the field was removed, or nobody states it.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function ownersOf(live: KubeObject, path: string): readonly FieldOwner[] {
  const steps = stepsOf(path)
  return (live.metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => fieldsV1 !== undefined && holds(fieldsV1, steps))
    .map((entry) => {
      const { manager = 'unknown', subresource = '' } = entry
      return { manager, isUs: isOurApply(entry), ...(subresource === '' ? {} : { subresource }) }
    })
}

/**
 * Whether we still own all that we state of a list that is told as a whole. Who edits a field of an item without a name
 * (the target of a port) takes that field from us, and neither the list nor the item.
 *
 * @param stated What we state at the path.
 */
export function ownsAll(live: KubeObject, path: string, stated: unknown): boolean {
  const tree = stepsOf(path).reduce<unknown>(stepInto, ownedFields(live))
  return !Array.isArray(stated) || !isFields(tree) || covers(tree, stated)
}

function stepInto(tree: unknown, step: Step): unknown {
  if (!isFields(tree)) return undefined
  return 'key' in step ? tree[`f:${step.key}`] : itemOf(tree, step.item)
}

/** A tree that ends owns everything below. */
function covers(tree: Fields, stated: unknown): boolean {
  const steps = Object.keys(tree).filter((key) => key !== '.')
  if (steps.length === 0) return true
  if (isFields(stated)) {
    return Object.keys(stated).every((key) => {
      const child = tree[`f:${key}`]
      return isFields(child) && covers(child, stated[key])
    })
  }
  if (!Array.isArray(stated)) return true
  return stated.filter(isFields).every((item) =>
    steps.some((step) => {
      const child = tree[step]
      return isItem(step, item) && isFields(child) && covers(child, item)
    }),
  )
}

/** A key that was not written but defaulted (`protocol: TCP`) is in the step alone. */
function isItem(step: string, item: Fields): boolean {
  const keys: unknown = step.startsWith('k:') ? JSON.parse(step.slice(2)) : undefined
  return (
    isFields(keys) &&
    Object.entries(keys).every(([key, value]) => item[key] === value || item[key] === undefined)
  )
}

type Step = { readonly key: string } | { readonly item: string }

function stepsOf(path: string): readonly Step[] {
  const step = /\.([\w-]+)|\["((?:[^"\\]|\\.)*)"\]|\[name=([^\]]*)\]/g
  return [...path.matchAll(step)].map(([, plain, quoted, item]) =>
    item === undefined ? { key: plain ?? (JSON.parse(`"${quoted ?? ''}"`) as string) } : { item },
  )
}

/** A tree that ends early owns everything below: the list or map is atomic. */
function holds(tree: Fields, [step, ...rest]: readonly Step[]): boolean {
  if (!step || Object.keys(tree).every((key) => key === '.')) return true
  const child = 'key' in step ? tree[`f:${step.key}`] : itemOf(tree, step.item)
  return isFields(child) && holds(child, rest)
}

function itemOf(tree: Fields, name: string): unknown {
  const key = Object.keys(tree).find((one) => {
    if (!one.startsWith('k:')) return false
    const keys: unknown = JSON.parse(one.slice(2))
    return isFields(keys) && keys['name'] === name
  })
  return key === undefined ? undefined : tree[key]
}
