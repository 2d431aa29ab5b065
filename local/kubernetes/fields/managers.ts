import type { KubeObject, ManagedFieldsEntry } from '../object.ts'
import { fromFieldsV1, isEmpty, sameSet, toFieldsV1, without } from './field-set.ts'
import type { FieldPath, FieldSet } from './field-set.ts'

/** Who a share of the fields belongs to: one writer, in one way, through one endpoint. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
}

export interface Share {
  readonly manager: Manager
  readonly set: FieldSet
  readonly time: string
}

/** Shares by the text of their manager. */
export type Shares = ReadonlyMap<string, Share>

/** What nobody owns: identity, and what only the server writes. */
const SERVER_FIELDS: readonly FieldPath[] = [
  ['f:apiVersion'],
  ['f:kind'],
  ...[
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'generation',
    'resourceVersion',
    'selfLink',
    'managedFields',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ].map((key) => ['f:metadata', `f:${key}`]),
]

export function managerKey({ name, operation, apiVersion, subresource }: Manager): string {
  return JSON.stringify([name, operation, apiVersion, subresource])
}

export function readShares(object: KubeObject | undefined): Shares {
  const shares = new Map<string, Share>()
  for (const entry of object?.metadata.managedFields ?? []) {
    const manager: Manager = {
      name: entry.manager ?? '',
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource ?? '',
    }
    if (entry.fieldsV1 === undefined) continue
    shares.set(managerKey(manager), {
      manager,
      set: fromFieldsV1(entry.fieldsV1),
      time: entry.time ?? '',
    })
  }
  return shares
}

/** A set without the fields that have no owner. */
export function ownable(set: FieldSet): FieldSet {
  const stripped = without(set, SERVER_FIELDS)
  const metadata = stripped.children.get('f:metadata')
  if (!metadata?.member) return stripped
  const children = new Map(stripped.children)
  if (metadata.children.size === 0) children.delete('f:metadata')
  else children.set('f:metadata', { ...metadata, member: false })
  return { ...stripped, children }
}

/** The object with these shares; a share that did not change keeps its time, an empty one disappears. */
export function writeShares(
  object: KubeObject,
  shares: Shares,
  before: Shares,
  now: string,
): KubeObject {
  const entries = [...shares.values()]
    .filter(({ set }) => !isEmpty(set))
    .map((share): ManagedFieldsEntry => {
      const old = before.get(managerKey(share.manager))
      const time = old && sameSet(old.set, share.set) ? old.time : now
      const { name, operation, apiVersion, subresource } = share.manager
      return {
        manager: name,
        operation,
        apiVersion,
        time,
        fieldsType: 'FieldsV1',
        fieldsV1: toFieldsV1(share.set),
        ...(subresource === '' ? {} : { subresource }),
      }
    })
  const { managedFields: _, ...metadata } = object.metadata
  const sorted = entries.toSorted((left, right) => (order(left) < order(right) ? -1 : 1))
  return {
    ...object,
    metadata: { ...metadata, ...(sorted.length === 0 ? {} : { managedFields: sorted }) },
  }
}

function order({ operation, time, manager, apiVersion, subresource }: ManagedFieldsEntry): string {
  return [operation, time, manager, apiVersion, subresource ?? ''].join('\u0000')
}
