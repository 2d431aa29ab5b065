import type { ItemOperation } from '../operation.ts'
import type { Answer } from '../respond.ts'
import type { StoreRequest } from '../store.ts'
import { itemAnswer } from './answers.ts'
import type { Container } from './container.ts'
import { applyPatch, deleteItem, readItem, replaceItem } from './item-operations.ts'
import type { ItemResult, Place } from './item-operations.ts'
import { parseItem } from './item.ts'
import { requirePartition } from './partition-key.ts'
import { parsePatch } from './patch.ts'
import { parseCondition } from '../query/condition.ts'

type Request = Pick<StoreRequest, 'headers' | 'body'>

/** Answers an operation on one item, named by the path's id and the header's partition key. */
export function answerItem(
  container: Container,
  operation: ItemOperation,
  request: Request,
): Answer {
  const place = placeOf(container, request)
  const result = perform(place, operation, request)
  const isWrite = operation.kind !== 'read-item'
  return itemAnswer(container, result, isWrite && prefersMinimal(request))
}

function perform(place: Place, { kind, item }: ItemOperation, { body }: Request): ItemResult {
  switch (kind) {
    case 'read-item':
      return readItem(place, item)
    case 'replace-item':
      return replaceItem(place, item, parseItem(body))
    case 'patch-item':
      return applyPatch(place, item, parsePatch(body, parseCondition))
    case 'delete-item':
      return deleteItem(place, item)
  }
}

/**
 * Where a request's item is.
 *
 * @throws {Refusal} 400 without a partition key header: an id names an item only within its partition.
 */
export function placeOf(container: Container, { headers }: Request): Place {
  return {
    container,
    partition: requirePartition(headers.get('x-ms-documentdb-partitionkey')),
    conditions: {
      ifMatch: headers.get('if-match'),
      ifNoneMatch: headers.get('if-none-match'),
    },
  }
}

/** Whether the client wants no item back after a write; the SDK's `contentResponseOnWriteEnabled: false`. */
export function prefersMinimal({ headers }: Request): boolean {
  return headers.get('prefer') === 'return=minimal'
}
