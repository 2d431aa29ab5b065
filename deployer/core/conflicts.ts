import { listAt, textAt } from './object.ts'

/** A field we state and another manager owns. */
export interface FieldConflict {
  readonly manager: string
  /** `.spec.replicas` */
  readonly path: string
}

/** Managers behind which a person stands: their edits are drift, and are healed. */
const HUMAN_MANAGERS = [
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

/** Whether a conflict is a hand edit that a deploy puts back. */
export function isHandEdit(conflict: FieldConflict): boolean {
  return HUMAN_MANAGERS.includes(conflict.manager)
}

/**
 * Whether a refusal (422) has no cause other than fields that cannot change on an existing object. Only then may the
 * object be replaced: any other cause would also meet the replacement.
 */
export function isOnlyImmutability(status: unknown): boolean {
  const causes = listAt(status, 'details', 'causes')
  return (
    causes.length > 0 && causes.every((cause) => IMMUTABLE.test(textAt(cause, 'message') ?? ''))
  )
}

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go */
const IMMUTABLE =
  /field is immutable|may not change fields other than|updates to .* for fields other than .* are forbidden|is immutable after creation|may not be (changed|modified)|cannot change roleRef/
