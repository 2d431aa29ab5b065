import { kubectl } from './kubectl.ts'
import { at, isFields, listAt, objectRef, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { shellWord } from './shell-word.ts'

/** How the API server says that one field does not go with another. */
const REASONS: readonly unknown[] = ['FieldValueForbidden', 'FieldValueInvalid']

/**
 * What to do about a field that the API server refuses although the manifest does not state it: a default of before,
 * which an apply cannot take away, because nobody owns it (`rollingUpdate` of a strategy that is `Recreate` now).
 *
 * @param status The refusal of the API server.
 * @returns undefined if no cause is of this sort.
 * @see https://github.com/kubernetes/kubernetes/issues/24198
 */
export function keptDefaultHint(
  status: unknown,
  desired: KubeObject,
  live: KubeObject,
): string | undefined {
  for (const cause of listAt(status, 'details', 'causes')) {
    const path = textAt(cause, 'field')?.split('.') ?? []
    const above = at(desired, ...path.slice(0, -1))
    const isKept = at(desired, ...path) === undefined && at(live, ...path) !== undefined
    if (!REASONS.includes(at(cause, 'reason')) || !isKept || !isFields(above)) continue
    const [field = '', ...parents] = path.toReversed()
    const patch = parents.reduce<unknown>((value, key) => ({ [key]: value }), {
      ...above,
      [field]: null,
    })
    return `${path.join('.')} is not of the manifest but stands on the cluster, as a default of before, which no apply takes away: ${command(live, patch)}; then deploy again`
  }
  return undefined
}

function command(live: KubeObject, patch: unknown): string {
  const options = ['--type', 'merge', '--patch', shellWord(JSON.stringify(patch))]
  return kubectl('patch', objectRef(live), ...options)
}
