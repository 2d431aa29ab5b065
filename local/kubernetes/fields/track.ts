import type { KubeObject, ManagedFieldsEntry } from '../object.ts'
import type { MapShape } from '../schema/shape.ts'
import { bare, emptyObject, ignoredFields, recordUpdate } from './changes.ts'
import { compareFields, withoutFields } from './compare.ts'
import { EMPTY_SET } from './field-set.ts'
import { decodeManagers, encodeManagers } from './managers.ts'
import type { Managers } from './managers.ts'
import { keepTimes } from './times.ts'

export interface TrackedUpdate {
  /** undefined when the object is created. */
  readonly live: KubeObject | undefined
  /** What will be stored: decoded and defaulted, but before mutating admission, whose changes nobody owns. */
  readonly fresh: KubeObject
  readonly shape: MapShape
  readonly manager: string
  /** Of the endpoint, `apps/v1`. */
  readonly apiVersion: string
  /** Empty for the main resource. */
  readonly subresource: string
  /** RFC 3339 in whole seconds. */
  readonly now: string
  /** Fields this endpoint leaves as they are: `status`, or for /status everything else; also `metadata.labels`. */
  readonly resetFields?: readonly string[]
}

/**
 * Writes down who owns what after a create, update or patch: the writer owns what it added or changed, and everyone else
 * loses that. Never refuses.
 *
 * @returns `fresh` with its managedFields; an object that has none stays without, unless it is being created.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/fieldmanager.go
 */
export function trackUpdate(request: TrackedUpdate): KubeObject {
  const { live, shape, manager, apiVersion, subresource, now } = request
  const fresh = bare(request.fresh)
  const managers = managersBefore(request)
  if (managers.size === 0 && live !== undefined) return fresh
  const before = live === undefined ? emptyObject(fresh, shape) : bare(live)
  const ignored = ignoredFields(request.resetFields)
  const comparison = withoutFields(compareFields(before, fresh, shape), ignored)
  const writer = {
    name: manager === '' ? 'unknown' : manager,
    operation: 'Update' as const,
    apiVersion,
    subresource,
    fields: EMPTY_SET,
    time: now,
  }
  const after = recordUpdate(managers, comparison, writer, ignored)
  return keepTimes(live, withManagedFields(fresh, after))
}

/** A writer may send managedFields itself, except through a subresource; what cannot be read is ignored. */
function managersBefore({ live, fresh, subresource }: TrackedUpdate): Managers {
  const own = decodeManagers(live?.metadata.managedFields) ?? new Map()
  if (subresource !== '') return own
  const sent = fresh.metadata.managedFields
  if (isReset(sent)) return new Map()
  const managers = decodeManagers(sent)
  return managers === undefined || managers.size === 0 ? own : managers
}

/** `[]` or `[{}]` forgets all managers. */
function isReset(sent: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (sent === undefined || sent === null) return false
  const [first] = sent
  return sent.length === 0 || (sent.length === 1 && Object.keys(first ?? {}).length === 0)
}

export function withManagedFields(object: KubeObject, managers: Managers): KubeObject {
  const managedFields = encodeManagers(managers)
  if (managedFields === undefined) return object
  return { ...object, metadata: { ...object.metadata, managedFields } }
}
