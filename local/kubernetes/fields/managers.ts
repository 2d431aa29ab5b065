import type { ManagedFieldsEntry } from '../object.ts'
import { difference, fieldSet, fromFieldsV1, isEmptySet, toFieldsV1, union } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { fieldElement } from './path-element.ts'

/** A manager and what it owns. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly fields: FieldSet
  /** RFC 3339; absent while the manager has never changed anything. */
  readonly time: string | undefined
}

/** By identity, see `managerId`. Never changed in place. */
export type Managers = ReadonlyMap<string, Manager>

/** One applier has one entry whatever the version it applies; an updater has one per version. */
export function managerId(
  manager: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>,
): string {
  const { name, operation, apiVersion, subresource } = manager
  return JSON.stringify({
    manager: name,
    operation,
    ...(operation === 'Apply' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  })
}

/** undefined if an entry is none the server would have written. */
export function decodeManagers(
  entries: readonly ManagedFieldsEntry[] | undefined,
): Managers | undefined {
  const managers = new Map<string, Manager>()
  for (const entry of entries ?? []) {
    const { operation, apiVersion = '', fieldsType } = entry
    if (operation !== 'Apply' && operation !== 'Update') return undefined
    if (apiVersion === '' || fieldsType !== 'FieldsV1') return undefined
    const manager: Manager = {
      name: entry.manager ?? '',
      operation,
      apiVersion,
      subresource: entry.subresource ?? '',
      fields: fromFieldsV1(entry.fieldsV1),
      time: entry.time,
    }
    managers.set(managerId(manager), manager)
  }
  return managers
}

/** Appliers first, then by time, name, version and subresource. undefined if there is none. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined
  return [...managers.values()].toSorted(compareManagers).map((manager) => ({
    ...(manager.name === '' ? {} : { manager: manager.name }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(manager.fields),
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  }))
}

function compareManagers(left: Manager, right: Manager): number {
  return (
    compareText(left.operation, right.operation) ||
    seconds(left.time) - seconds(right.time) ||
    compareText(left.name, right.name) ||
    compareText(left.apiVersion, right.apiVersion) ||
    compareText(left.subresource, right.subresource)
  )
}

/** Takes fields away from everyone but `except`; who owns nothing any more is gone. */
export function disown(managers: Managers, gone: FieldSet, except?: string): Managers {
  const result = new Map<string, Manager>()
  for (const [id, manager] of managers) {
    const fields = id === except ? manager.fields : difference(manager.fields, gone)
    if (!isEmptySet(fields)) result.set(id, { ...manager, fields })
  }
  return result
}

/** Puts the manager in, or takes it out if it owns nothing. */
export function withManager(managers: Managers, manager: Manager): Managers {
  const result = new Map(managers)
  if (isEmptySet(manager.fields)) result.delete(managerId(manager))
  else result.set(managerId(manager), manager)
  return result
}

/** Fields the server itself writes, which nobody ever owns. */
export function withoutServerFields(set: FieldSet): FieldSet {
  return difference(set, SERVER_FIELDS)
}

/** @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/stripmeta.go */
const SERVER_FIELDS = fieldSet(
  ...['apiVersion', 'kind', 'metadata'].map((name) => [fieldElement(name)]),
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => [fieldElement('metadata'), fieldElement(name)]),
)

const MAX_UPDATERS = 10

/**
 * Keeps at most ten updaters: the oldest of each version become one, `ancient-changes`.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/capmanagers.go
 */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update')
  const result = new Map(managers)
  const firsts = new Map<string, string>()
  let count = updaters.length
  for (const [id, manager] of updaters.toSorted(compareAge)) {
    if (count <= MAX_UPDATERS) break
    const first = firsts.get(manager.apiVersion)
    firsts.set(manager.apiVersion, first ?? id)
    if (first === undefined) continue
    mergeIntoAncient(result, { id, manager, first })
    count -= 1
  }
  return result
}

function mergeIntoAncient(
  managers: Map<string, Manager>,
  { id, manager, first }: { id: string; manager: Manager; first: string },
): void {
  const ancient: Manager = { ...manager, name: 'ancient-changes', subresource: '' }
  const bucket = managerId(ancient)
  const older = managers.get(bucket) ?? managers.get(first)
  if (!managers.has(bucket)) managers.delete(first)
  managers.delete(id)
  const fields = older === undefined ? manager.fields : union(manager.fields, older.fields)
  managers.set(bucket, { ...ancient, fields })
}

function compareAge(
  [leftId, left]: readonly [string, Manager],
  [rightId, right]: readonly [string, Manager],
): number {
  return seconds(left.time) - seconds(right.time) || compareText(leftId, rightId)
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000)
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
