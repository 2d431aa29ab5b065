import { isOurApply, ownedFields } from './managed-fields.ts'
import { kubectl } from './kubectl.ts'
import { isFields, listAt, objectRef, textAt } from './object.ts'
import type { Fields, KubeObject } from './object.ts'

/** What a user can do about entries of others that a list cannot have beside ours. */
export function neighbourWaysOut(live: KubeObject): string {
  return `remove that entry (${kubectl('edit', objectRef(live))}), or delete the object and deploy again`
}

/**
 * Says of an apply that was refused for items of a list whether others have entries in that list which the manifest does
 * not state: what is invalid then is both together, and no change of the manifest would mend it.
 *
 * A port whose number was edited by hand is such an entry: it is another one to the API server, which adds ours to it.
 *
 * @param status The refusal of the API server.
 * @returns `spec.ports has an entry of kubectl-patch beside yours`; undefined if there is none.
 */
export function neighbours(live: KubeObject, status: unknown): string | undefined {
  const lists = listAt(status, 'details', 'causes').flatMap((cause) => {
    const [, list] = /^([\w.]+)\[\d+\]/.exec(textAt(cause, 'field') ?? '') ?? []
    return list === undefined ? [] : [list]
  })
  const found = [...new Set(lists)].flatMap((list) => {
    const managers = strangers(live, list.split('.'))
    return managers.length === 0
      ? []
      : [`${list} has an entry of ${managers.join(', ')} beside yours`]
  })
  return found.length > 0 ? found.join('; ') : undefined
}

/** Managers that have items in the list which we have not. */
function strangers(live: KubeObject, path: readonly string[]): readonly string[] {
  const ours = new Set(itemsAt(ownedFields(live) ?? {}, path))
  const theirs = (live.metadata.managedFields ?? []).filter(
    (entry) =>
      !isOurApply(entry) && itemsAt(entry.fieldsV1 ?? {}, path).some((item) => !ours.has(item)),
  )
  return [...new Set(theirs.map(({ manager = 'unknown' }) => manager))]
}

/** The steps by which a manager's tree names items of a list that has keys. */
function itemsAt(tree: Fields, path: readonly string[]): readonly string[] {
  const list = path.reduce<unknown>(
    (node, key) => (isFields(node) ? node[`f:${key}`] : undefined),
    tree,
  )
  return isFields(list) ? Object.keys(list).filter((step) => step.startsWith('k:')) : []
}
