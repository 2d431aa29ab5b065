import type { CosmosAccount } from '../account.ts'
import { parseBatch } from '../batch-request.ts'
import { notEmulated, resourceNotFound } from '../errors.ts'
import type { Answer } from '../respond.ts'
import { feed, metadataAnswer } from '../store/answers.ts'
import type { StoreRequest } from '../store.ts'
import { answerOf } from './answer.ts'
import { withCharge } from './charge.ts'
import type { Client } from './client.ts'
import { jsonObject } from './json-object.ts'
import { requestHeaders } from './request-headers.ts'
import { resourceOf } from './resource.ts'
import type { ForwardedOperation } from './resource.ts'

/**
 * Answers one allowed operation with what the emulator says, or for it where it says nothing.
 *
 * @throws {Refusal} 404 for what is not declared, though the emulator may have it; 501 for what it will never have.
 * @throws {UpstreamError} if it does not answer.
 */
export async function forward(
  client: Client,
  request: StoreRequest,
  databases: CosmosAccount['databases'],
): Promise<Answer> {
  const { operation } = request
  requireDeclared(operation, databases)
  if (isForwarded(operation)) return send(client, request, operation)
  switch (operation.kind) {
    // The emulator has no feeds of databases and containers, but what it must have is known: so each is read.
    case 'list-databases': {
      const parts = databases.map(({ id }) => ({ kind: 'read-database' as const, database: id }))
      return list(client, request, { parts, called: 'Databases' })
    }
    case 'list-containers': {
      const { containers = [] } = databases.find(({ id }) => id === operation.database) ?? {}
      const parts = containers.map(({ id }) => {
        return { kind: 'read-container' as const, database: operation.database, container: id }
      })
      return list(client, request, { parts, called: 'DocumentCollections' })
    }
    case 'manage-conflicts':
      throw notEmulated('The conflict feed')
    default:
      throw notEmulated('A stored procedure')
  }
}

function isForwarded(operation: StoreRequest['operation']): operation is ForwardedOperation {
  return Object.hasOwn(METHODS, operation.kind)
}

function requireDeclared(
  operation: StoreRequest['operation'],
  databases: CosmosAccount['databases'],
): void {
  if (!('database' in operation)) return
  const database = databases.find(({ id }) => id === operation.database)
  if (!database) throw resourceNotFound()
  if (!('container' in operation)) return
  if (!database.containers.some(({ id }) => id === operation.container)) throw resourceNotFound()
}

async function list(
  client: Client,
  request: StoreRequest,
  of: { readonly parts: readonly ForwardedOperation[]; readonly called: string },
): Promise<Answer> {
  const answers = await Promise.all(of.parts.map((part) => send(client, request, part)))
  const members = answers.map(({ body = '' }) => jsonObject(body))
  return metadataAnswer(feed('', of.called, members))
}

async function send(
  client: Client,
  { headers, body, signal }: StoreRequest,
  operation: ForwardedOperation,
): Promise<Answer> {
  const { kind } = operation
  const reply = await client({
    method: METHODS[kind],
    resource: resourceOf(operation),
    headers: requestHeaders(operation, headers),
    body: kind === 'batch' ? readByBoth(body) : body,
    isIdempotent: IDEMPOTENT.has(kind),
    signal,
  })
  const mayBeEmpty = headers.get('prefer')?.toLowerCase() === 'return=minimal'
  return withCharge(answerOf(reply, mayBeEmpty), operation, body)
}

/**
 * A batch as the gateway read it when it decided. Of two members with one name, or with names that differ in case,
 * another reader might take the other one, and do what was not allowed.
 */
function readByBoth(body: string): string {
  return JSON.stringify(parseBatch(body))
}

const METHODS: Readonly<
  Record<ForwardedOperation['kind'], 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'>
> = {
  'read-database': 'GET',
  'read-container': 'GET',
  'list-ranges': 'GET',
  'read-item': 'GET',
  'list-items': 'GET',
  'read-change-feed': 'GET',
  'create-item': 'POST',
  'upsert-item': 'POST',
  'query-items': 'POST',
  'plan-query': 'POST',
  batch: 'POST',
  'replace-item': 'PUT',
  'patch-item': 'PATCH',
  'delete-item': 'DELETE',
}

/** A write is never sent twice: an upsert would be, but for its etag and for what others wrote in between. */
const IDEMPOTENT: ReadonlySet<ForwardedOperation['kind']> = new Set([
  'read-database',
  'read-container',
  'list-ranges',
  'read-item',
  'list-items',
  'read-change-feed',
  'query-items',
  'plan-query',
] as const)
