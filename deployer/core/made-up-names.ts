/**
 * The end of a name that a controller made up: each pod that it tries to create has another.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apimachinery/pkg/util/rand/rand.go
 */
const MADE_UP = /-[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g

/** A text with such names cut to what they have in common, to tell whether two texts say the same. */
export function withoutMadeUp(text: string): string {
  return text.replaceAll(MADE_UP, '')
}
