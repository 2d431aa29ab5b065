import { createHash } from 'node:crypto'
import type { Pod } from './settings.ts'

/** The item the worker writes. `partitionKey` is the pod's uid: many small partitions, and one holds what one pod wrote. */
export interface Document {
  readonly id: string
  readonly partitionKey: string
  readonly name: string
  /** ISO 8601, UTC. */
  readonly writtenAt: string
  readonly sequence: number
  readonly pod: Pod
}

/** Our own name space; any constant would do, and changing it would let every running pod write once more. */
const NAMESPACE = 'c2f8a0a4-6f0e-5f3a-9a55-2b1d0a6d3b11'

/**
 * The document of one pod and one sequence number. Its id follows from both, so a container that is restarted
 * after the write asks for the same id again, is told 409, and knows that its work is done.
 *
 * @param sequence 0 in once mode; in interval mode the number of the interval since the epoch.
 * @param now Milliseconds since the epoch.
 */
export function documentOf(
  source: { readonly name: string; readonly pod: Pod },
  sequence: number,
  now: number,
): Document {
  return {
    id: uuidV5(NAMESPACE, `${source.pod.uid}/${sequence}`),
    partitionKey: source.pod.uid,
    name: source.name,
    writtenAt: new Date(now).toISOString(),
    sequence,
    pod: source.pod,
  }
}

/**
 * Name-based UUID, version 5.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5
 */
export function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16)
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
