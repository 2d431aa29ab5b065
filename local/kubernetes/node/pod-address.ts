import { createHash } from 'node:crypto'
import type { Pod } from './pod.ts'

/**
 * The address of a pod: on Linux one of its own in 127.0.0.0/8, all of which lead to this machine, so that two pods may
 * listen on one port; elsewhere, and for a pod in the host's network, the node's.
 *
 * Simpler than a network of its own: a pod that listens on every address (0.0.0.0) still takes the port of all, and
 * nothing keeps a pod from listening on another's.
 */
export function podAddress(pod: Pod, nodeAddress: string, platform = process.platform): string {
  if (platform !== 'linux' || pod.spec.hostNetwork === true) return nodeAddress
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(pod.metadata.uid).digest()
  // 127.0.x.x is left to the node and to what resolvers listen on; no address ends in 0 or 255
  return `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`
}
