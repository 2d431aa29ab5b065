import type { BatchOperation } from '../batch-request.ts'
import { Refusal, notEmulated } from '../errors.ts'
import { parseCondition } from '../query/condition.ts'
import type { Answer } from '../respond.ts'
import type { StoreRequest } from '../store.ts'
import { containerHeaders } from './answers.ts'
import type { Container } from './container.ts'
import { placeOf, prefersMinimal } from './item-answers.ts'
import {
  applyPatch,
  createItem,
  deleteItem,
  readItem,
  replaceItem,
  upsertItem,
} from './item-operations.ts'
import type { ItemResult, Place } from './item-operations.ts'
import { itemBody } from './item.ts'
import type { JsonObject } from './json.ts'
import { parsePatch } from './patch.ts'

/** What one operation of a batch reports. */
interface BatchResult {
  readonly statusCode: number
  readonly subStatusCode?: number
  readonly requestCharge: number
  readonly eTag?: string
  readonly resourceBody?: JsonObject
}

const FAILED_DEPENDENCY = 424

/**
 * Performs a transactional batch: all of it within the header's partition, or nothing.
 *
 * @returns 200 with a result each; or 207, where the operation that failed has its own status and the others 424.
 * @throws {Refusal} 501 for a bulk request, which looks the same but is not atomic.
 * @see https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch
 */
export function answerBatch(
  container: Container,
  operations: readonly BatchOperation[],
  request: Pick<StoreRequest, 'headers' | 'body'>,
): Answer {
  if (request.headers.get('x-ms-cosmos-batch-atomic')?.toLowerCase() !== 'true')
    throw notEmulated('Bulk execution (a batch that is not atomic)')
  const place = placeOf(container, request)
  const { status, results } = performAll(place, operations, prefersMinimal(request))
  const charge = results.reduce((sum, { requestCharge }) => sum + requestCharge, 0)
  return {
    status,
    headers: containerHeaders(container, Math.round(charge * 100) / 100),
    body: JSON.stringify(results),
  }
}

function performAll(
  place: Place,
  operations: readonly BatchOperation[],
  isMinimal: boolean,
): { readonly status: 200 | 207; readonly results: readonly BatchResult[] } {
  let failedAt = 0
  try {
    const results = place.container.atomically(place.partition, () =>
      operations.map((operation, index) => {
        failedAt = index
        const isQuiet = isMinimal && operation.operationType !== 'Read'
        return report(perform(place, operation), isQuiet)
      }),
    )
    return { status: 200, results }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const results = operations.map((_, index) => failure(error, index === failedAt))
    return { status: 207, results }
  }
}

function perform(batch: Place, operation: BatchOperation): ItemResult {
  const conditions = { ifMatch: operation.ifMatch ?? null, ifNoneMatch: null }
  const place = { ...batch, conditions }
  switch (operation.operationType) {
    case 'Create':
      return createItem(place, itemBody(operation.resourceBody as JsonObject))
    case 'Upsert':
      return upsertItem(place, itemBody(operation.resourceBody as JsonObject))
    case 'Read':
      return readItem(place, operation.id)
    case 'Replace':
      return replaceItem(place, operation.id, itemBody(operation.resourceBody as JsonObject))
    case 'Delete':
      return deleteItem(place, operation.id)
    case 'Patch': {
      const patch = parsePatch(JSON.stringify(operation.resourceBody), parseCondition)
      return applyPatch(place, operation.id, patch)
    }
  }
}

function report({ status, item, charge }: ItemResult, isQuiet: boolean): BatchResult {
  return {
    statusCode: status,
    requestCharge: charge,
    ...(item && { eTag: item.etag }),
    ...(item && !isQuiet && { resourceBody: item.document }),
  }
}

function failure(refusal: Refusal, isCause: boolean): BatchResult {
  if (!isCause) return { statusCode: FAILED_DEPENDENCY, requestCharge: 0 }
  return { statusCode: refusal.status, subStatusCode: refusal.substatus, requestCharge: 0 }
}
