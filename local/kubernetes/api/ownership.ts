import { trackUpdate } from '../fields/track.ts'
import type { KubeObject, ManagedFieldsEntry } from '../object.ts'
import { groupVersion, hasSubresource } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { timestamp } from './api.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'

/** Writes into `fresh` who owns which of its fields after this write. */
export function own(
  api: Api,
  call: Call,
  live: KubeObject | undefined,
  fresh: KubeObject,
  sent?: KubeObject['metadata']['managedFields'],
): void {
  const { resource, manager } = call
  const subresource = call.subresource?.name ?? ''
  const view = (object: KubeObject) => owned(object, resource, subresource)
  const tracked = trackUpdate({
    live: live === undefined ? undefined : view(live),
    fresh: view(sent ? { ...fresh, metadata: { ...fresh.metadata, managedFields: sent } } : fresh),
    shape: resource.shape(),
    manager,
    apiVersion: groupVersion(resource),
    subresource,
    now: timestamp(api),
  })
  const { managedFields } = tracked.metadata
  if (managedFields === undefined) delete fresh.metadata.managedFields
  else fresh.metadata.managedFields = managedFields.map(timed).toSorted(byTime)
}

/** The scale subresource writes no time into its entry. */
function timed(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  if (entry.subresource !== 'scale') return entry
  const { time: _, ...rest } = entry
  return rest
}

/** Entries without a time come first among the updates; everything else is in order already. */
function byTime(left: ManagedFieldsEntry, right: ManagedFieldsEntry): number {
  if (left.operation !== right.operation) return 0
  return Number(left.time !== undefined) - Number(right.time !== undefined)
}

/** What a writer of this endpoint can own: no status on the main resource, nothing but status on /status. */
function owned(object: KubeObject, resource: Resource, subresource: string): KubeObject {
  const { apiVersion, kind, metadata, status, ...rest } = object
  if (subresource === 'status') {
    return { apiVersion, kind, metadata, ...(status === undefined ? {} : { status }) }
  }
  const base = { apiVersion, kind, metadata, ...rest }
  return hasSubresource(resource, 'status') || status === undefined ? base : { ...base, status }
}
