import type { KubeObject } from '../object.ts'
import type { PodTemplate } from './workloads.ts'

export const HASH_LABEL = 'pod-template-hash'
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * The hash that tells the ReplicaSets of a Deployment apart.
 *
 * Simpler than the cloud: FNV-1a over the template as JSON with sorted keys, where Kubernetes hashes a dump of Go
 * structures; so the letters differ from a real cluster's, their form does not.
 *
 * @param collisionCount Raised when another ReplicaSet already has the name.
 */
export function templateHash(template: PodTemplate, collisionCount: number | undefined): string {
  const text = canonical(template) + (collisionCount === undefined ? '' : `#${collisionCount}`)
  const digits = String(fnv1a(text))
  return digits.replace(/./g, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length] ?? '')
}

/** Whether two templates are the same but for the hash label. */
export function isSameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return canonical(withoutHash(a)) === canonical(withoutHash(b))
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {}
  return { ...template, metadata: { ...template.metadata, labels } }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(
          Object.entries(member as KubeObject).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        )
      : member,
  )
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
