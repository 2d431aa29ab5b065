import { createHash } from 'node:crypto'
import type { KubeObject } from './object.ts'

/** Field manager of everything the deployer writes. */
export const FIELD_MANAGER = 'keyless-cosmos'

/** Members of a set carry its id here. @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune */
export const PART_OF_LABEL = 'applyset.kubernetes.io/part-of'
/** The set's parent (our inventory) carries its own id here. */
export const SET_ID_LABEL = 'applyset.kubernetes.io/id'
/** An inventory is named after its set. */
export const INVENTORY_PREFIX = 'inventory-'
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by'

/** A set of objects that one environment owns in one namespace. */
export interface ObjectSet {
  readonly name: string
  readonly namespace: string
  /** Name of the ConfigMap that remembers the set. */
  readonly inventory: string
  /** Value of `applyset.kubernetes.io/part-of` on its members. */
  readonly id: string
}

/**
 * The set that belongs to an environment: the same names always give the same id, so that a second machine finds what
 * the first one deployed.
 */
export function objectSet(name: string, namespace: string): ObjectSet {
  const inventory = `${INVENTORY_PREFIX}${name}`
  const hash = createHash('sha256')
    .update(`${inventory}.${namespace}.ConfigMap.`)
    .digest('base64url')
  return { name, namespace, inventory, id: `applyset-${hash}-v1` }
}

/** Whose an object is: ours, another set's, or nobody's. */
export function ownerOf(live: KubeObject, set: ObjectSet): 'ours' | 'nobody' | 'foreign' {
  const owner = live.metadata.labels?.[PART_OF_LABEL]
  if (owner === undefined) return 'nobody'
  return owner === set.id ? 'ours' : 'foreign'
}
