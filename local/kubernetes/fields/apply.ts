import { StatusError } from '../errors.ts'
import type { Subject } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import type { MapShape } from '../schema/shape.ts'
import { compare, fieldsOf } from './compare.ts'
import { difference, EMPTY, intersection, isEmpty, paths, pathText, union } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { managerKey, ownable, readShares, writeShares } from './managers.ts'
import type { Manager, Share, Shares } from './managers.ts'
import { merge, prune } from './merge.ts'
import { trackUpdate } from './track.ts'

/** A configuration to be applied to an object. */
export interface Application {
  readonly live: KubeObject | undefined
  /** As sent: nothing defaulted, because what is not in it is not owned. */
  readonly applied: KubeObject
  readonly shape: MapShape
  readonly manager: string
  readonly force: boolean
  readonly apiVersion: string
  readonly subresource: string
  /** RFC 3339, whole seconds. */
  readonly now: string
  /** Top-level keys this endpoint ignores. */
  readonly resetFields?: readonly string[]
  readonly subject: Subject & { readonly name: string }
}

/** Owns what was there before anybody's fields were recorded. */
const BEFORE_FIRST_APPLY = 'before-first-apply'

/**
 * Server-side apply: the configuration's fields become the manager's; what it no longer names and nobody else owns is
 * removed; what others own with another value is a conflict.
 *
 * @returns The merged object with its managedFields, not defaulted.
 * @throws {StatusError} 409 with one cause for each conflicting field, unless `force`.
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
 */
export function applyConfiguration(request: Application): KubeObject {
  const { live, shape, now } = request
  const applied = withoutKeys(request.applied, request.resetFields ?? [])
  const manager: Manager = {
    name: request.manager,
    operation: 'Apply',
    apiVersion: request.apiVersion,
    subresource: request.subresource,
  }
  const before = readShares(withRecords(request))
  const last = before.get(managerKey(manager))?.set ?? EMPTY
  const config = ownable(fieldsOf(applied, shape))
  const others = [...before].filter(([key]) => key !== managerKey(manager))
  const own: Share = { manager, set: config, time: now }
  const owned = others.reduce((all, [, { set }]) => union(all, set), config)

  const { managedFields: _, ...metadata } = applied.metadata
  const merged = merge(live ?? {}, { ...applied, metadata }, shape)
  const fresh = prune(merged, shape, last, owned) as KubeObject
  const found = compare(live ?? {}, fresh, shape)
  const touched = ownable(union(found.added, found.modified))
  if (!request.force) refuseConflicts(others, touched)

  const shares: Shares = new Map([
    ...others.map(
      ([key, share]) =>
        [key, { ...share, set: leftOver(share.set, touched, found.removed) }] as const,
    ),
    [managerKey(manager), own] as const,
  ])
  return writeShares(fresh, shares, before, now)
}

function leftOver(set: FieldSet, touched: FieldSet, removed: FieldSet): FieldSet {
  return difference(set, union(intersection(set, touched), intersection(set, removed)))
}

/** The live object, with a record of who made it if there is none. */
function withRecords({ live, shape, apiVersion, now }: Application): KubeObject | undefined {
  if (!live || (live.metadata.managedFields ?? []).length > 0) return live
  return trackUpdate({
    live: undefined,
    fresh: live,
    shape,
    manager: BEFORE_FIRST_APPLY,
    apiVersion,
    subresource: '',
    now,
  })
}

function withoutKeys(object: KubeObject, keys: readonly string[]): KubeObject {
  const kept = Object.entries(object).filter(([key]) => !keys.includes(key) || key === 'metadata')
  return Object.fromEntries(kept) as KubeObject
}

function refuseConflicts(others: readonly (readonly [string, Share])[], touched: FieldSet): void {
  const conflicts = others
    .map(([, { manager, set }]) => ({
      who: managerText(manager),
      fields: leaves(intersection(set, touched)),
    }))
    .filter(({ fields }) => fields.length > 0)
    .toSorted((left, right) => (left.who < right.who ? -1 : 1))
  if (conflicts.length === 0) return
  const causes = conflicts.flatMap(({ who, fields }) =>
    fields.map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${who}`,
      field,
    })),
  )
  throw new StatusError(409, 'Conflict', sentence(conflicts, causes.length), { causes })
}

function leaves(set: FieldSet): readonly string[] {
  return isEmpty(set) ? [] : paths(set).map(pathText)
}

function managerText({ name, operation, apiVersion, subresource }: Manager): string {
  const who = JSON.stringify(name)
  if (operation === 'Apply') return who
  const where = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`
  return `${who}${where} using ${apiVersion}`
}

/** @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/conflict.go */
function sentence(
  conflicts: readonly { readonly who: string; readonly fields: readonly string[] }[],
  count: number,
): string {
  const [only] = conflicts
  if (count === 1 && only) {
    return `Apply failed with 1 conflict: conflict with ${only.who}: ${only.fields[0]}`
  }
  const blocks = conflicts.map(
    ({ who, fields }) =>
      `conflicts with ${who}:\n${fields.map((field) => `- ${field}`).join('\n')}`,
  )
  return `Apply failed with ${count} conflicts: ${blocks.join('\n')}`
}
