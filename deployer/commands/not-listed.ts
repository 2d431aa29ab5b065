/** The warning that a search by label saw nothing of these resources or API versions. */
export function notListed(hidden: readonly string[]): string {
  const names = hidden.toSorted()
  const shown = `${names.slice(0, 3).join(', ')}${names.length > 3 ? `, … (${names.length} in all)` : ''}`
  return `There is no inventory, and ${shown} cannot be listed: nothing of them is found`
}
