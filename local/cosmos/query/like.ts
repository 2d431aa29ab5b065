/**
 * Whether `text` matches a LIKE pattern: `%` any run of characters, `_` exactly one; case-sensitive.
 *
 * Walks both with one point to return to, so the time is at most their lengths multiplied; a regular expression
 * of many `.*` could take far longer.
 */
export function isLike(text: string, pattern: string): boolean {
  let at = 0
  let position = 0
  let retry: { readonly pattern: number; text: number } | undefined
  while (at < text.length) {
    const wanted = pattern[position]
    if (wanted === '%') {
      retry = { pattern: position, text: at }
      position += 1
    } else if (wanted === '_' || wanted === text[at]) {
      at += 1
      position += 1
    } else if (retry) {
      retry.text += 1
      at = retry.text
      position = retry.pattern + 1
    } else return false
  }
  return /^%*$/.test(pattern.slice(position))
}
