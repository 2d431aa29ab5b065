import type { CosmosAccount } from '../account.ts'
import { isJsonObject } from '../store/json.ts'
import { describe } from './answer.ts'
import type { Client } from './client.ts'
import type { WireReply } from './connection.ts'
import { jsonObject } from './json-object.ts'
import * as resource from './resource.ts'
import type { Resource } from './resource.ts'
import { UpstreamError } from './upstream-error.ts'

type Databases = CosmosAccount['databases']

/** How to reach one emulator, and what to call it. */
export interface Upstream {
  readonly client: Client
  /** For messages: `http://HOST:PORT`. */
  readonly origin: string
}

/**
 * Makes sure that the emulator is one, and that it has every declared database and container. What is there stays
 * as it is; what else it holds is left alone, and no client of the account ever sees it.
 *
 * @throws {UpstreamError} if the emulator cannot be reached or is none, if it refuses the key, and if a container is
 *   there with another partition key: its items would not be found again.
 */
export async function makeDeclared(
  upstream: Upstream,
  databases: Databases,
  signal: AbortSignal,
): Promise<void> {
  await requireAccount(upstream, signal)
  for (const { id, containers } of databases) {
    const at: Place = { upstream, signal, what: `database "${id}"` }
    await make(at, { is: resource.database(id), in: resource.DATABASES, document: { id } })
    for (const container of containers)
      await makeContainer(upstream, { ...container, in: id }, signal)
  }
}

interface Place {
  readonly upstream: Upstream
  readonly signal: AbortSignal
  /** For messages. */
  readonly what: string
}

/** What the SDK reads first too; a web server that happens to listen there has no such document. */
async function requireAccount({ client, origin }: Upstream, signal: AbortSignal): Promise<void> {
  const reply = await client(reading(resource.ACCOUNT, signal))
  if (reply.status === 200 && isAccountDocument(reply.body)) return
  throw unexpected(origin, reply, 'asked for the account document', {
    reason: 'it is no Azure Cosmos DB emulator: it has no account document',
    next: 'check host and port of the URL; the emulator listens on 8081 (1234 is its data explorer)',
  })
}

async function makeContainer(
  upstream: Upstream,
  declared: Databases[number]['containers'][number] & { readonly in: string },
  signal: AbortSignal,
): Promise<void> {
  const { id, partitionKeyPath } = declared
  const at = { upstream, signal, what: `container "${declared.in}/${id}"` }
  const partitionKey = { paths: [partitionKeyPath], kind: 'Hash', version: 2 }
  const existing = await make(at, {
    is: resource.container(declared.in, id),
    in: resource.containers(declared.in),
    document: { id, partitionKey },
  })
  const live = partitionKeyOf(existing)
  if (live === `Hash ${partitionKeyPath}`) return
  throw new UpstreamError(`emulator ${upstream.origin}`, {
    reason: `${at.what} is there with the partition key "${live}", declared is "Hash ${partitionKeyPath}"`,
    next: 'declare the one it has, or delete the container in the emulator',
    mayPass: false,
  })
}

/** Reads it, and creates it if it is not there; two that create at once (409) both find it. */
async function make(
  { upstream, signal, what }: Place,
  it: { readonly is: Resource; readonly in: Resource; readonly document: object },
): Promise<string> {
  const { client, origin } = upstream
  const read = await client(reading(it.is, signal))
  if (read.status === 200) return read.body
  if (read.status !== 404) throw unexpected(origin, read, `asked for ${what}`)
  const headers = { ...VERSION, 'content-type': 'application/json' }
  const body = JSON.stringify(it.document)
  // A create may be sent twice: the second one is a 409, which is as good.
  const call = { method: 'POST', resource: it.in, headers, body, isIdempotent: true, signal }
  const created = await client(call)
  if (created.status === 201) return created.body
  if (created.status !== 409) throw unexpected(origin, created, `asked to create ${what}`)
  const again = await client(reading(it.is, signal))
  if (again.status === 200) return again.body
  throw unexpected(origin, again, `asked for ${what}`)
}

const VERSION = { 'x-ms-version': '2020-07-15' }

function reading(of: Resource, signal: AbortSignal) {
  return { method: 'GET', resource: of, headers: VERSION, isIdempotent: true, signal }
}

/**
 * An answer that ends the preparation.
 *
 * @param otherwise What to say if the answer is neither about the key nor a trouble that may pass.
 */
export function unexpected(
  origin: string,
  reply: WireReply,
  asked: string,
  otherwise?: { readonly reason: string; readonly next: string },
): UpstreamError {
  const { status } = reply
  const isKey = status === 401 || status === 403
  const mayPass = status >= 500 || status === 408 || status === 429
  const plain = { reason: `${asked}, ${describe(reply)}`, next: 'look at the log of the emulator' }
  if (mayPass) return new UpstreamError(`emulator ${origin}`, { ...plain, mayPass })
  const keyRefused = {
    reason: describe(reply),
    next: 'give the file the emulator got as --key-file with --store-key-file FILE, and compare the clocks of both',
  }
  return new UpstreamError(`emulator ${origin}`, {
    ...(isKey ? keyRefused : (otherwise ?? plain)),
    mayPass,
  })
}

function isAccountDocument(body: string): boolean {
  const document = jsonObject(body)
  return 'writableLocations' in document && Array.isArray(document['writableLocations'])
}

/** `Hash /a`, `MultiHash /a,/b`: what decides where an item is. */
function partitionKeyOf(body: string): string {
  const { partitionKey } = jsonObject(body)
  const { kind, paths } = isJsonObject(partitionKey) ? partitionKey : {}
  const names = Array.isArray(paths) ? paths.join(',') : ''
  return `${typeof kind === 'string' ? kind : 'Hash'} ${names}`
}
