/** `1 object`, `2 objects`. */
export function objectCount(count: number): string {
  return count === 1 ? '1 object' : `${count} objects`
}
