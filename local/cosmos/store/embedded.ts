import type { CosmosAccount } from '../account.ts'
import type { Answer } from '../respond.ts'
import type { Store, StoreRequest } from '../store.ts'
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts'
import { feed, metadataAnswer } from './answers.ts'
import { createCatalog } from './catalog.ts'
import type { Catalog } from './catalog.ts'
import { answerContainer } from './container-answers.ts'
import { containerDocument, databaseDocument } from './documents.ts'
import { answerItem } from './item-answers.ts'
import { refuseForeignRange } from './refuse-range.ts'

/** A store in memory: it lives as long as the process, and holds what the account declares and nothing else. */
export function createEmbeddedStore(options: {
  readonly account: () => CosmosAccount
  readonly now: () => number
}): Store {
  const catalog = createCatalog(options.account, options.now)
  return {
    answer: async (request) => {
      refuseUnsupportedHeaders(request.headers)
      refuseForeignRange(request.headers)
      return answer(catalog, request)
    },
  }
}

function answer(catalog: Catalog, request: StoreRequest): Answer {
  const { operation } = request
  if ('container' in operation) {
    const container = catalog.container(operation.database, operation.container)
    return 'item' in operation
      ? answerItem(container, operation, request)
      : answerContainer(container, operation, request)
  }
  switch (operation.kind) {
    case 'list-databases': {
      const databases = [...catalog.databases()].map(databaseDocument)
      return metadataAnswer(feed('', 'Databases', databases))
    }
    case 'read-database':
      return metadataAnswer(databaseDocument(catalog.database(operation.database)))
    case 'list-containers': {
      const { rid, containers } = catalog.database(operation.database)
      const documents = [...containers.values()].map(containerDocument)
      return metadataAnswer(feed(rid, 'DocumentCollections', documents))
    }
  }
}
