import type { ResourceKind } from '../core/kinds.ts'

/** The warning that a search by label saw nothing of these kinds. */
export function notListed(kinds: readonly ResourceKind[]): string {
  const names = kinds.map(({ resource }) => resource).toSorted()
  const shown = `${names.slice(0, 3).join(', ')}${names.length > 3 ? `, … (${names.length} kinds)` : ''}`
  return `There is no inventory, and you may not list ${shown}: nothing of them is found`
}
