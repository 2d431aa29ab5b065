import { parseBatch } from '../batch-request.ts'
import { notEmulated } from '../errors.ts'
import type { ContainerOperation } from '../operation.ts'
import type { Answer } from '../respond.ts'
import type { StoreRequest } from '../store.ts'
import { itemAnswer, metadataAnswer } from './answers.ts'
import { answerBatch } from './batch.ts'
import type { Container } from './container.ts'
import { containerDocument, rangesDocument } from './documents.ts'
import { answerList, answerPlan, answerQuery } from './feed.ts'
import { placeOf, prefersMinimal } from './item-answers.ts'
import { createItem, upsertItem } from './item-operations.ts'
import { parseItem } from './item.ts'

/** Answers an operation on a container, or on its items as a whole. */
export function answerContainer(
  container: Container,
  { kind }: ContainerOperation,
  request: Pick<StoreRequest, 'headers' | 'body'>,
): Answer {
  switch (kind) {
    case 'read-container':
      return metadataAnswer(containerDocument(container))
    case 'list-ranges':
      return metadataAnswer(rangesDocument(container))
    case 'create-item':
    case 'upsert-item': {
      const write = kind === 'create-item' ? createItem : upsertItem
      const result = write(placeOf(container, request), parseItem(request.body))
      return itemAnswer(container, result, prefersMinimal(request))
    }
    case 'query-items':
      return answerQuery(container, request)
    case 'plan-query':
      return answerPlan(request)
    case 'list-items':
      return answerList(container, request)
    case 'batch':
      return answerBatch(container, parseBatch(request.body), request)
    case 'read-change-feed':
      throw notEmulated('The change feed')
    case 'execute-stored-procedure':
      throw notEmulated('A stored procedure')
    case 'manage-conflicts':
      throw notEmulated('The conflict feed')
  }
}
