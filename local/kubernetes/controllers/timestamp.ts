/** RFC 3339 in whole seconds, as every timestamp in a status. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
