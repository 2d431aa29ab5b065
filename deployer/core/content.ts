import { createHash } from 'node:crypto'
import { isFields } from './object.ts'
import type { KubeObject } from './object.ts'

/** Fields of a Secret that hold its values, and where `kubectl apply` leaves a copy of them. */
const VALUES = ['data', 'stringData', 'annotations']

/**
 * Digest of a rendered object, whatever the order of its keys.
 *
 * @returns undefined for a Secret: a digest of a short secret gives it away.
 */
export function contentDigest(rendered: KubeObject): string | undefined {
  if (rendered.kind === 'Secret') return undefined
  return createHash('sha256').update(contentText(rendered)).digest('hex').slice(0, 16)
}

/** All that a rendered object says, as one text that is the same for the same content; of a Secret the keys only. */
export function contentText(rendered: KubeObject): string {
  const isSecret = rendered.kind === 'Secret'
  return JSON.stringify(rendered, (key, value: unknown) => {
    if (!isFields(value)) return value
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return isSecret && VALUES.includes(key)
      ? entries.map(([name]) => name)
      : Object.fromEntries(entries)
  })
}
