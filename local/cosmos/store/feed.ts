import { Refusal, badRequest } from '../errors.ts'
import { QUERY_PLAN } from '../query/plan.ts'
import { prepareQuery } from '../query/prepare.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { parseQueryRequest } from '../query/request.ts'
import type { Answer } from '../respond.ts'
import type { StoreRequest } from '../store.ts'
import { containerHeaders, feed } from './answers.ts'
import { queryCharge } from './charge.ts'
import type { Container } from './container.ts'
import { decodeContinuation, encodeContinuation } from './continuation.ts'
import type { Json } from './json.ts'
import { pageOf } from './page.ts'
import { partitionOfHeader } from './partition-key.ts'

type Request = Pick<StoreRequest, 'headers' | 'body'>

/** Answers a query: one page of rows, from the partition in the header or, if the client allows it, from all. */
export function answerQuery(container: Container, request: Request): Answer {
  const { text, parameters } = parseQueryRequest(request.body)
  const partition = partitionOfHeader(request.headers.get('x-ms-documentdb-partitionkey'))
  const crossesPartitions =
    request.headers.get('x-ms-documentdb-query-enablecrosspartition')?.toLowerCase() === 'true'
  if (partition === undefined && !crossesPartitions) throw crossPartitionDisabled()
  return answerPage(container, prepareQuery(text, parameters), request)
}

/** Answers a request for a query plan, with the same errors that the query itself would have. */
export function answerPlan(request: Request): Answer {
  const { text, parameters } = parseQueryRequest(request.body)
  prepareQuery(text, parameters)
  return {
    status: 200,
    headers: { 'x-ms-request-charge': '1' },
    body: JSON.stringify(QUERY_PLAN),
  }
}

/** Answers `GET …/docs`: every item, page by page. */
export function answerList(container: Container, request: Request): Answer {
  return answerPage(container, prepareQuery('SELECT * FROM c', new Map()), request)
}

function answerPage(
  container: Container,
  query: PreparedQuery,
  { headers, body }: Request,
): Answer {
  const rawPartition = headers.get('x-ms-documentdb-partitionkey')
  const partition = partitionOfHeader(rawPartition)
  const question = `${body}\n${partition ?? ''}`
  const from = decodeContinuation(headers.get('x-ms-continuation'), question)
  const size = pageSize(headers.get('x-ms-max-item-count'))
  const page = pageOf(query, container.items(partition), { from, size })
  const charge = queryCharge(page.loadedItems, page.loadedBytes)
  return {
    status: 200,
    headers: {
      ...containerHeaders(container, charge),
      'x-ms-item-count': String(page.rows.length),
      ...(page.next && { 'x-ms-continuation': encodeContinuation(page.next, question) }),
    },
    body: rowsBody(container.rid, page.rows),
  }
}

/** Rows may be numbers or strings (`SELECT VALUE`), but they are called documents all the same. */
function rowsBody(rid: string, rows: readonly Json[]): string {
  return JSON.stringify(feed(rid, 'Documents', rows))
}

const DEFAULT_PAGE_SIZE = 100
const LARGEST_PAGE_SIZE = 1000

/** -1 leaves the size to the service. */
function pageSize(header: string | null): number {
  if (header === null) return DEFAULT_PAGE_SIZE
  const size = Number(header)
  if (size === -1) return LARGEST_PAGE_SIZE
  if (!Number.isInteger(size) || size < 1)
    throw badRequest(`The value ${header} of x-ms-max-item-count is invalid.`)
  return size
}

/** dotnet-v2 and v3 tests show the sentence; the JavaScript SDK always allows crossing. */
function crossPartitionDisabled(): Refusal {
  return new Refusal(
    400,
    'BadRequest',
    'Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to true, ' +
      'specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception.',
  )
}
