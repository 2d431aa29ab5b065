/**
 * The warnings of an answer: of a deprecated version, of a pod that another profile would refuse, of whatever a webhook
 * has to say.
 *
 * @param headers Each `299 - "text"`, or several of them.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#warnings
 */
export function warningsOf(headers: readonly string[]): readonly string[] {
  return headers.flatMap((header) =>
    [...header.matchAll(WARNING)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1')),
  )
}

/** 299 is the only code that the API server uses. */
const WARNING = /\b299 \S+ "((?:[^"\\]|\\.)*)"/g
