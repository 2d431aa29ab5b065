import { randomUUID } from 'node:crypto'
import type { CosmosAccount } from '../account.ts'
import { unexpected } from './declared.ts'
import type { Upstream } from './declared.ts'
import { item, items } from './resource.ts'
import type { Resource } from './resource.ts'

const DATABASE = 'keyless-cosmos-probe'
const CONTAINER = 'writes'
/**
 * Where the probe writes: a container of its own, in a database of its own. It is made like a declared one, but no
 * client of the account can name it: so no query, list or change feed of a client ever shows the probe's item.
 */
export const PROBE_DATABASE: CosmosAccount['databases'][number] = {
  id: DATABASE,
  containers: [{ id: CONTAINER, partitionKeyPath: '/id' }],
}

/**
 * Creates, reads and deletes one item: an emulator answers requests for a while before it can store anything.
 *
 * @returns `false` if the container is not there: the emulator was started again, and has lost what was in it.
 * @throws {UpstreamError} if any of it does not work.
 */
export async function writeOnce(upstream: Upstream, signal: AbortSignal): Promise<boolean> {
  // Another each time, so that two gateways that probe at once do not delete each other's.
  const id = randomUUID()
  const written = await perform(upstream, signal, {
    id,
    method: 'POST',
    resource: items(DATABASE, CONTAINER),
    body: JSON.stringify({ id }),
    // 409: it was sent twice, because the first answer was lost.
    expected: [201, 404, 409],
  })
  if (written === 404) return false
  const probe = { id, resource: item(DATABASE, CONTAINER, id) }
  await perform(upstream, signal, { ...probe, method: 'GET', expected: [200] })
  // 404: it was sent twice, too.
  await perform(upstream, signal, { ...probe, method: 'DELETE', expected: [204, 404] })
  return true
}

async function perform(
  { client, origin }: Upstream,
  signal: AbortSignal,
  step: {
    readonly id: string
    readonly method: 'POST' | 'GET' | 'DELETE'
    readonly resource: Resource
    readonly body?: string
    readonly expected: readonly number[]
  },
): Promise<number> {
  const { id, method, resource, body, expected } = step
  const headers = {
    'x-ms-version': '2020-07-15',
    'x-ms-documentdb-partitionkey': JSON.stringify([id]),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const sent = { ...(body !== undefined && { body }), isIdempotent: true, signal }
  const reply = await client({ method, resource, headers, ...sent })
  if (expected.includes(reply.status)) return reply.status
  throw unexpected(origin, reply, `asked to ${VERBS[method]} one item as a test`)
}

const VERBS = { POST: 'create', GET: 'read', DELETE: 'delete' } as const
