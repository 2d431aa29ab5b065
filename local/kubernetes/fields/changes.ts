import type { KubeObject } from '../object.ts'
import { decode } from '../schema/decode.ts'
import type { MapShape } from '../schema/shape.ts'
import type { Comparison } from './compare.ts'
import { difference, fieldSet, isEmptySet, recursiveDifference, union } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { capUpdaters, disown, managerId, withManager, withoutServerFields } from './managers.ts'
import type { Manager, Managers } from './managers.ts'
import { fieldElement } from './path-element.ts'

/** The managers after a write that changed what `comparison` says: the writer owns what it added or changed. */
export function recordUpdate(
  managers: Managers,
  comparison: Comparison,
  writer: Manager,
  ignored: FieldSet,
): Managers {
  const changed = union(comparison.modified, comparison.added)
  const others = disown(managers, union(changed, comparison.removed))
  const own = withoutServerFields(
    recursiveDifference(difference(changed, comparison.removed), ignored),
  )
  if (isEmptySet(own)) return capUpdaters(others)
  const before = others.get(managerId(writer))
  const fields = before === undefined ? own : union(own, before.fields)
  return capUpdaters(withManager(others, { ...writer, fields }))
}

/** What a Go program has in hand before it decodes into it: structures are there, pointers and collections are not. */
export function emptyObject(object: KubeObject, shape: MapShape): unknown {
  return { apiVersion: object.apiVersion, kind: object.kind, ...decode({}, shape).value }
}

/** Without managedFields, which describe the rest and are never part of it. */
export function bare(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** The fields an endpoint ignores, as `status` or `metadata.labels`. */
export function ignoredFields(resetFields: readonly string[] | undefined): FieldSet {
  return fieldSet(...(resetFields ?? []).map((path) => path.split('.').map(fieldElement)))
}
