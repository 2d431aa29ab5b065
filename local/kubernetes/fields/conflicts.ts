import { StatusError } from '../errors.ts'
import { has, intersection, isEmptySet, pathText, paths, union } from './field-set.ts'
import type { FieldSet, Path } from './field-set.ts'
import type { Comparison } from './compare.ts'
import type { Manager, Managers } from './managers.ts'

/** A field the configuration would change although someone else owns it. */
export interface Conflict {
  readonly manager: Manager
  readonly path: Path
}

/** What everyone but `self` would lose by the change, managers in the order of their identities. */
export function conflictsOf(
  managers: Managers,
  { added, modified }: Comparison,
  self: string,
): readonly Conflict[] {
  const changed = union(added, modified)
  if (isEmptySet(changed)) return []
  return [...managers]
    .filter(([id]) => id !== self)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, manager]) =>
      paths(intersection(manager.fields, changed)).map((path) => ({ manager, path })),
    )
}

export function conflictsOutside(
  conflicts: readonly Conflict[],
  allowed: FieldSet,
): readonly Conflict[] {
  return conflicts.filter(({ path }) => !has(allowed, path))
}

/**
 * The refusal of an apply that does not force.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/conflict.go
 */
export function applyConflict(conflicts: readonly Conflict[]): StatusError {
  return new StatusError(409, 'Conflict', message(conflicts), {
    causes: conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(manager)}`,
      field: pathText(path),
    })),
  })
}

function message(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (first !== undefined && conflicts.length === 1) {
    const { manager, path } = first
    return `Apply failed with 1 conflict: conflict with ${managerText(manager)}: ${pathText(path)}`
  }
  const lines = new Map<Manager, string[]>()
  for (const { manager, path } of conflicts) {
    const known = lines.get(manager) ?? [`conflicts with ${managerText(manager)}:`]
    lines.set(manager, [...known, `- ${pathText(path)}`])
  }
  return `Apply failed with ${conflicts.length} conflicts: ${[...lines.values()].flat().join('\n')}`
}

function managerText({ name, operation, apiVersion, subresource }: Manager): string {
  const through = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`
  const version = operation === 'Update' ? ` using ${apiVersion}` : ''
  return `${JSON.stringify(name)}${through}${version}`
}
