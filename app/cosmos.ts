import { CosmosClient, ErrorResponse } from '@azure/cosmos'
import type { Container } from '@azure/cosmos'
import type { TokenCredential } from '@azure/identity'
import { bounded } from './bounded.ts'
import type { Document } from './document.ts'
import type { ExchangeFacts } from './entra-refusals.ts'
import type { Done } from './retry.ts'
import type { Run } from './run.ts'
import type { Settings } from './settings.ts'
import type { Target } from './target.ts'
import { VERSION } from './version.ts'
import { WorkerError } from './worker-error.ts'

const PARTITION_KEY_PATH = '/partitionKey'

/** One container of one account, reached with a token and never with a key. */
export interface Store {
  readonly container: Container
  readonly target: Target
  close(): void
}

/** Opens nothing yet; the first call does. */
export function openStore(
  settings: Settings,
  credential: TokenCredential,
  exchange: ExchangeFacts,
): Store {
  const { endpoint, database, container, deadlineMs } = settings
  const client = new CosmosClient({
    endpoint,
    aadCredentials: credential,
    userAgentSuffix: `keyless-cosmos/${VERSION}`,
    connectionPolicy: {
      // Throttled for half the time there is, it gives up and says so; at our deadline we could only tell its silence.
      retryOptions: { maxWaitTimeInSeconds: Math.min(30, deadlineMs / 2000) },
      // Longer than our own deadline, which knows more: the SDK would ask again up to 120 times.
      requestTimeout: deadlineMs + 1000,
      enableBackgroundEndpointRefreshing: settings.schedule.mode === 'interval',
    },
  })
  const where = `${endpoint}dbs/${database}/colls/${container}`
  return {
    container: client.database(database).container(container),
    // Cosmos DB is reached directly: the SDK does not use a proxy.
    target: { service: 'Cosmos DB', where, exchange, probeUrl: endpoint },
    close: () => client.dispose(),
  }
}

/** Reads the container's metadata: account, database and container are there, and the identity may see them. */
export async function readContainer(run: Run, store: Store): Promise<Done<undefined>> {
  const { resource } = await bounded(run, store.target, (abortSignal) =>
    store.container.read({ abortSignal }),
  )
  const path = resource?.partitionKey?.paths.join(',') ?? ''
  if (path !== PARTITION_KEY_PATH) throw wrongPartitionKey(path, store)
  const { database, container } = run.settings
  return { value: undefined, message: 'readMetadata', facts: { db: database, container, pk: path } }
}

function wrongPartitionKey(path: string, store: Store): WorkerError {
  return new WorkerError(
    {
      code: 'ERR_PARTITION_KEY',
      exitCode: 2,
      what: `the container's partition key path is ${path}, and the worker writes ${PARTITION_KEY_PATH}`,
      fix: `name a container with the partition key path ${PARTITION_KEY_PATH} in COSMOS_CONTAINER`,
    },
    { details: [['asked', store.target.where]] },
  )
}

/** The document is in the container; `etag` only if it was this run that wrote it. */
export interface Written {
  readonly document: Document
  readonly etag: string | undefined
}

/**
 * Creates the document. 409 on its id means that an earlier start of this container did, since nobody else makes
 * ids from this pod's uid.
 */
export async function writeDocument(
  run: Run,
  store: Store,
  document: Document,
): Promise<Done<Written>> {
  const name = JSON.stringify(document.name.slice(0, 100))
  try {
    const created = await bounded(run, store.target, (abortSignal) =>
      store.container.items.create<Document>(document, { abortSignal }),
    )
    return {
      value: { document, etag: created.etag },
      code: '201',
      facts: { id: document.id, name, ru: created.requestCharge, activity: created.activityId },
    }
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error
    const conflict = error.cause
    if (!(conflict instanceof ErrorResponse) || conflict.code !== 409) throw error
    if (UNIQUE_KEY.test(conflict.message)) throw uniqueKeyTaken(error)
    return {
      value: { document, etag: undefined },
      code: '409',
      message: 'already written by an earlier start',
      facts: { id: document.id, activity: conflict.activityId },
    }
  }
}

/** @see https://learn.microsoft.com/azure/cosmos-db/unique-keys */
const UNIQUE_KEY = /unique index constraint/i

function uniqueKeyTaken({ cause, details }: WorkerError): WorkerError {
  return new WorkerError(
    {
      code: 'ERR_UNIQUE_KEY',
      exitCode: 2,
      what: 'another item of this pod has a value that the container wants to be unique',
      fix: 'name a container without a unique key policy in COSMOS_CONTAINER',
    },
    { cause, details },
  )
}

/** Reads the document again by id and partition key, and compares. */
export async function readBack(run: Run, store: Store, written: Written): Promise<Done<undefined>> {
  const { id, partitionKey } = written.document
  const item = store.container.item(id, partitionKey)
  const answer = await bounded(run, store.target, (abortSignal) =>
    item.read<Document>({ abortSignal }),
  )
  // The SDK answers a missing item with no resource, and does not throw.
  if (answer.resource === undefined) throw vanished(id, store)
  return {
    value: undefined,
    message: comparison(written, answer.etag, answer.resource.writtenAt),
    facts: { ru: answer.requestCharge, activity: answer.activityId },
  }
}

function comparison(written: Written, etag: string, writtenAt: string): string {
  if (written.etag === undefined) return `same id, written at ${writtenAt}`
  return written.etag === etag ? 'same etag' : 'another etag: somebody has changed it since'
}

function vanished(id: string, store: Store): WorkerError {
  return new WorkerError(
    {
      code: '404/0',
      exitCode: 35,
      what: 'the document that was just written is not there',
      fix: 'look for a very short TTL on the container, or for somebody who deletes',
      // With a consistency weaker than Session, the account may ask a replica that does not have it yet.
      retry: 'propagating',
    },
    { details: [['asked', `${store.target.where}/docs/${id}`]] },
  )
}
