import { notEmulated } from '../errors.ts'
import type { StoreRequest } from '../store.ts'
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts'
import type { ForwardedOperation } from './resource.ts'

/** The API version the JavaScript SDK speaks; sent when the client names none. */
const API_VERSION = '2020-07-15'

const PARTITION = ['x-ms-documentdb-partitionkey', 'x-ms-session-token'] as const
const WRITE = [...PARTITION, 'if-match', 'prefer', 'x-ms-indexing-directive'] as const
const PAGE = ['x-ms-max-item-count', 'x-ms-continuation', 'x-ms-documentdb-partitionkeyrangeid']
const FEED = [...PARTITION, ...PAGE, 'x-ms-consistency-level']
const QUERY = [
  ...FEED,
  'x-ms-documentdb-query-enablecrosspartition',
  'x-ms-documentdb-query-parallelizecrosspartitionquery',
  'x-ms-documentdb-query-enable-scan',
  'x-ms-documentdb-populatequerymetrics',
  'x-ms-documentdb-responsecontinuationtokenlimitinkb',
]

/**
 * The client's headers that belong to each operation; nothing else of what it sent goes on. What the operation
 * *is* (upsert, query, batch) is said by the gateway's own headers, from the operation it decided about.
 *
 * @see https://learn.microsoft.com/rest/api/cosmos-db/common-cosmosdb-rest-request-headers
 */
const FORWARDED: Readonly<Record<ForwardedOperation['kind'], readonly string[]>> = {
  'read-database': [],
  'read-container': ['x-ms-documentdb-populatequotainfo'],
  'list-ranges': ['x-ms-max-item-count', 'x-ms-continuation', 'a-im', 'if-none-match'],
  'create-item': WRITE,
  'upsert-item': WRITE,
  'read-item': [...PARTITION, 'x-ms-consistency-level', 'if-none-match'],
  'replace-item': WRITE,
  'patch-item': WRITE,
  'delete-item': WRITE,
  'list-items': FEED,
  'read-change-feed': [
    ...FEED,
    'a-im',
    'if-none-match',
    'if-modified-since',
    'x-ms-cosmos-changefeed-wire-format-version',
  ],
  'query-items': QUERY,
  'plan-query': [
    'x-ms-documentdb-partitionkey',
    'x-ms-documentdb-query-enablecrosspartition',
    'x-ms-cosmos-supported-query-features',
    'x-ms-cosmos-query-version',
  ],
  batch: [
    ...PARTITION,
    'x-ms-documentdb-partitionkeyrangeid',
    'prefer',
    'x-ms-cosmos-batch-atomic',
    'x-ms-cosmos-batch-continue-on-error',
    'x-ms-cosmos-batch-ordered',
  ],
}

const JSON_TYPE = 'application/json'
const QUERY_TYPE = 'application/query+json'

/** What the gateway says itself about an operation. */
const OWN: Readonly<Partial<Record<ForwardedOperation['kind'], Readonly<Record<string, string>>>>> =
  {
    'create-item': { 'content-type': JSON_TYPE },
    'upsert-item': { 'content-type': JSON_TYPE, 'x-ms-documentdb-is-upsert': 'True' },
    'replace-item': { 'content-type': JSON_TYPE },
    'patch-item': { 'content-type': 'application/json_patch+json' },
    'query-items': { 'content-type': QUERY_TYPE, 'x-ms-documentdb-isquery': 'True' },
    'plan-query': { 'content-type': QUERY_TYPE, 'x-ms-cosmos-is-query-plan-request': 'True' },
    batch: { 'content-type': JSON_TYPE, 'x-ms-cosmos-is-batch-request': 'True' },
  }

/**
 * The headers an operation takes to the emulator, without those of the protocol (date, authorization).
 *
 * @throws {Refusal} 501 or 400 for a header that would change the answer if it were understood: what this emulator
 *   makes of it is not documented, and to drop it would be to answer another question.
 */
export function requestHeaders(
  { kind }: ForwardedOperation,
  headers: StoreRequest['headers'],
): Record<string, string> {
  refuseUnsupportedHeaders(headers)
  if (IS_WRITE.has(kind) && headers.get('if-none-match') !== null)
    throw notEmulated('If-None-Match on a write')
  const forwarded = FORWARDED[kind].flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(forwarded),
    ...OWN[kind],
    'x-ms-version': apiVersion(headers.get('x-ms-version')),
  }
}

const IS_WRITE: ReadonlySet<ForwardedOperation['kind']> = new Set([
  'create-item',
  'upsert-item',
  'replace-item',
  'patch-item',
  'delete-item',
] as const)

function apiVersion(asked: string | null): string {
  return asked !== null && /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : API_VERSION
}
