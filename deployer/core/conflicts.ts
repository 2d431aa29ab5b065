import { valueAtFieldPath } from './field-path.ts'
import { listAt, objectRef, subjectOf, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import type { Rival } from './rivals.ts'
import { conceal, concealedAt } from './secrets.ts'
import { sideBySide } from './side-by-side.ts'

/** A field we state and another manager owns. */
export interface FieldConflict {
  readonly manager: string
  /** `.spec.replicas` */
  readonly path: string
}

/** Managers behind which a person stands: their edits are drift, and are healed. */
export const HUMAN_MANAGERS: readonly string[] = [
  'kubectl',
  'kubectl-edit',
  'kubectl-client-side-apply',
  'kubectl-patch',
  'kubectl-label',
  'kubectl-annotate',
  'kubectl-replace',
  'kubectl-set',
  'kubectl-create',
  'kubectl-scale',
  'before-first-apply',
]

/** The conflicts an apply was refused with, as the Status of the API server names them. */
export function conflictsOf(status: unknown): readonly FieldConflict[] {
  return listAt(status, 'details', 'causes')
    .filter((cause) => textAt(cause, 'reason') === 'FieldManagerConflict')
    .map((cause) => ({
      manager: /^conflict with "([^"]*)"/.exec(textAt(cause, 'message') ?? '')?.[1] ?? 'unknown',
      path: textAt(cause, 'field') ?? '',
    }))
}

/**
 * One line per conflict: object, path, manager, and what both sides want it to be.
 *
 * @param live undefined if it was not read; then only the manifest's value is told.
 */
export function conflictLines(
  desired: KubeObject,
  live: KubeObject | undefined,
  conflicts: readonly FieldConflict[],
): readonly string[] {
  const subject = subjectOf(objectRef(desired))
  return conflicts.map(({ manager, path }) => {
    const [theirs, ours] = sideBySide(live && shown(live, path), shown(desired, path))
    const found = live === undefined ? '' : `live ${theirs}, `
    return `${subject}: apply refused (FieldManagerConflict): ${path} is owned by "${manager}": ${found}manifest ${ours}`
  })
}

/** What a user can do about a conflict. */
export const CONFLICT_WAYS_OUT =
  'three ways out: remove the field from the manifest and its manager keeps it; or write the live value into the manifest and share it; or take it with deploy --force-conflicts'

/** Masked before it is cut: a part of a secret is not recognised any more. */
function shown(object: KubeObject, path: string): unknown {
  return concealedAt(object, path) ? '***' : conceal(valueAtFieldPath(object, path), [])
}

/** The same of fields that cannot stand beside ours; `rivals` are owned by programs. */
export function rivalLines(
  desired: KubeObject,
  live: KubeObject,
  rivals: readonly Rival[],
): readonly string[] {
  const subject = subjectOf(objectRef(desired))
  return rivals.map(({ path, managers }) => {
    const [theirs] = sideBySide(shown(live, path), undefined)
    return `${subject}: apply refused (Invalid): ${path} is owned by "${managers.join('", "')}": live ${theirs}, and cannot stand beside what the manifest states there`
  })
}

/** Whether a conflict is a hand edit that a deploy puts back. */
export function isHandEdit(conflict: FieldConflict): boolean {
  return isHuman(conflict.manager)
}

/** Whether behind a manager stands a person. */
export function isHuman(manager: string): boolean {
  return HUMAN_MANAGERS.includes(manager)
}

/**
 * Whether a refusal (422) has no cause other than fields that cannot change on an existing object. Only then may the
 * object be replaced: any other cause would also meet the replacement.
 */
export function isOnlyImmutability(status: unknown): boolean {
  const causes = listAt(status, 'details', 'causes')
  return causes.length > 0 && causes.every(isImmutability)
}

/** Whether one cause of a refusal is that a field cannot change on an existing object. */
export function isImmutability(cause: unknown): boolean {
  return IMMUTABLE.test(textAt(cause, 'message') ?? '')
}

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go */
const IMMUTABLE =
  /field is immutable|may not change fields other than|updates to .* for fields other than .* are forbidden|is immutable after creation|may not be (changed|modified)|cannot change roleRef|may not change once set|can not be unset|updates to \S+ are forbidden/
