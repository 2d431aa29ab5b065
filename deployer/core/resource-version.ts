import type { KubeObject } from './object.ts'

/**
 * Whether `seen` shows one incarnation as it was before or when it became `known`.
 *
 * @returns false too where the versions are no numbers, as an API server of another make may have them.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function isNoNewer(seen: KubeObject, known: KubeObject): boolean {
  if (seen.metadata.uid !== known.metadata.uid) return false
  const versions = [seen, known].map(({ metadata }) => metadata.resourceVersion ?? '')
  if (!versions.every((version) => /^\d+$/.test(version))) return false
  const [theirs = 0n, ours = 0n] = versions.map(BigInt)
  return theirs <= ours
}
