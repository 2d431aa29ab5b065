import type { PodLike } from '../pod-spec.ts'
import { BASELINE_CHECKS } from './baseline-checks.ts'
import type { Check, CheckVersion, Violation } from './check.ts'
import type { LevelVersion } from './policy.ts'
import { RESTRICTED_CHECKS } from './restricted-checks.ts'

/**
 * Every control of a level that a pod violates: baseline controls first, each group by id, as the API server
 * orders its sentence.
 */
export function evaluate(pod: PodLike, { level, version }: LevelVersion): Violation[] {
  if (level === 'privileged') return []
  const minor = version === 'latest' ? Infinity : Number(version.slice('v1.'.length))
  const restricted = level === 'restricted' ? inForce(RESTRICTED_CHECKS, minor) : []
  const overridden = new Set(restricted.flatMap(({ check }) => check.overrides ?? []))
  const baseline = inForce(BASELINE_CHECKS, minor).filter(({ check }) => !overridden.has(check.id))
  return [...baseline, ...restricted].flatMap(({ form }) => form.check(pod) ?? [])
}

/** `reason (detail), reason (detail)` */
export function describe(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')
}

function inForce(
  checks: readonly Check[],
  minor: number,
): { readonly check: Check; readonly form: CheckVersion }[] {
  return checks
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((check) => {
      const form = check.versions.findLast(({ since }) => since <= minor)
      return form === undefined ? [] : [{ check, form }]
    })
}
