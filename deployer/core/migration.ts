import { treesOf, union } from './field-tree.ts'
import { isOurApply } from './managed-fields.ts'
import type { Fields, KubeObject, ManagedFieldsEntry } from './object.ts'
import { FIELD_MANAGER } from './ownership.ts'
import type { GivenUp } from './without-fields.ts'

const CLIENT_SIDE_MANAGER = 'kubectl-client-side-apply'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Said of an object whose fields are taken over. */
export const MIGRATION = 'moves from client-side apply: its fields become ours'

/**
 * Whether `kubectl apply` owns fields of the object. While it does, a field that is no longer stated stays for ever,
 * because its owner never gives it up.
 *
 * @see https://github.com/kubernetes/kubernetes/issues/99003
 */
export function needsMigration(live: KubeObject): boolean {
  return (live.metadata.managedFields ?? []).some((entry) => isClientSide(entry, live))
}

/**
 * The object's managers with those of client-side apply merged into ours, so that the next apply removes what is not
 * stated any more, the copy in the last-applied annotation among it.
 *
 * @see https://github.com/kubernetes/client-go/blob/master/util/csaupgrade/upgrade.go
 */
export function migratedManagers(live: KubeObject): readonly ManagedFieldsEntry[] {
  const entries = live.metadata.managedFields ?? []
  const taken = entries.filter((entry) => isClientSide(entry, live))
  const ours = entries.find(isOurApply)
  const others = entries.filter((entry) => entry !== ours && !taken.includes(entry))
  const [first] = taken
  const fieldsV1 = taken.reduce((tree, entry) => union(tree, entry.fieldsV1), ours?.fieldsV1 ?? {})
  return [...others, { ...first, ...ours, manager: FIELD_MANAGER, operation: 'Apply', fieldsV1 }]
}

/**
 * What goes once client-side apply owns nothing: its fields that nobody else owns after the apply.
 *
 * @param answer Of the dry-run apply, which could not show it.
 */
export function leftBehind(live: KubeObject, answer: KubeObject): GivenUp {
  const isTaken = (entry: ManagedFieldsEntry) => isClientSide(entry, live)
  const keeping = (answer.metadata.managedFields ?? []).filter((entry) => !isTaken(entry))
  const taken = (live.metadata.managedFields ?? []).filter(isTaken)
  return {
    tree: taken.reduce<Fields>((all, entry) => union(all, entry.fieldsV1), {}),
    trees: treesOf(keeping),
  }
}

/** The object without the copy that client-side apply keeps of what it applied: its end is no change worth telling. */
export function withoutLastApplied(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata
  if (annotations?.[LAST_APPLIED] === undefined) return object
  const { [LAST_APPLIED]: _, ...rest } = annotations
  const isLast = Object.keys(rest).length === 0
  return { ...object, metadata: isLast ? metadata : { ...metadata, annotations: rest } }
}

function isClientSide(entry: ManagedFieldsEntry, { apiVersion }: KubeObject): boolean {
  // fields of another version of the API may have other names
  const isSameVersion = (entry.apiVersion ?? apiVersion) === apiVersion
  const isMain = entry.operation === 'Update' && (entry.subresource ?? '') === ''
  return entry.manager === CLIENT_SIDE_MANAGER && isMain && isSameVersion
}
