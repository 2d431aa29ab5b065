import type { Answer } from '../respond.ts'
import type { Container } from './container.ts'
import type { ItemResult } from './item-operations.ts'

/** Headers every answer about a container's content carries. */
export function containerHeaders(container: Container, charge: number): Record<string, string> {
  return {
    'x-ms-request-charge': String(charge),
    'x-ms-session-token': container.sessionToken,
    lsn: container.sessionToken.slice(container.sessionToken.indexOf('#') + 1),
    'x-ms-schemaversion': '1.18',
  }
}

/**
 * The answer to an item operation.
 *
 * @param isMinimal `prefer: return=minimal`, what the SDK sends for `contentResponseOnWriteEnabled: false`.
 */
export function itemAnswer(container: Container, result: ItemResult, isMinimal: boolean): Answer {
  const { status, item, charge } = result
  const headers = containerHeaders(container, charge)
  if (!item) return { status, headers }
  const withEtag = { ...headers, etag: item.etag }
  return isMinimal ? { status, headers: withEtag } : { status, headers: withEtag, body: item.json }
}

/** The answer to reading one database, container or list of such. */
export function metadataAnswer(document: object): Answer {
  return { status: 200, headers: { 'x-ms-request-charge': '1' }, body: JSON.stringify(document) }
}

/** A page of a feed: `Documents`, `DocumentCollections` or `Databases`, and how many. */
export function feed(rid: string, property: string, members: readonly unknown[]): object {
  return { _rid: rid, [property]: members, _count: members.length }
}
