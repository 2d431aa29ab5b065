import { treeAt, union, withoutTree, withTree } from './field-tree.ts'
import { isOurApply } from './managed-fields.ts'
import { migratedManagers, needsMigration } from './migration.ts'
import type { Fields, KubeObject, ManagedFieldsEntry } from './object.ts'
import { FIELD_MANAGER } from './ownership.ts'
import type { Rival } from './rivals.ts'

/**
 * The object's managers with fields given to us that we do not state, so that the next apply takes them away: it removes
 * what its manager owned and states no more. Of client-side apply all is taken over.
 */
export function takenManagers(
  live: KubeObject,
  rivals: readonly Rival[],
): readonly ManagedFieldsEntry[] {
  const before = needsMigration(live) ? migratedManagers(live) : live.metadata.managedFields
  return rivals.reduce((entries, rival) => given(entries, rival, live), before ?? [])
}

function given(
  entries: readonly ManagedFieldsEntry[],
  { steps }: Rival,
  { apiVersion }: KubeObject,
): readonly ManagedFieldsEntry[] {
  const isAsked = (entry: ManagedFieldsEntry) => treeAt(entry.fieldsV1, steps) !== undefined
  const part = entries
    .map(({ fieldsV1 }) => treeAt(fieldsV1, steps))
    .reduce<Fields>((all, tree) => union(all, tree), {})
  const others = entries
    .filter((entry) => !isOurApply(entry))
    .flatMap((entry) => {
      if (!isAsked(entry)) return [entry]
      const fieldsV1 = withoutTree(entry.fieldsV1 ?? {}, steps)
      return fieldsV1 === undefined ? [] : [{ ...entry, fieldsV1 }]
    })
  const ours: ManagedFieldsEntry = entries.find(isOurApply) ?? {
    manager: FIELD_MANAGER,
    operation: 'Apply',
    apiVersion,
    fieldsType: 'FieldsV1',
  }
  return [...others, { ...ours, fieldsV1: withTree(ours.fieldsV1 ?? {}, steps, part) }]
}
