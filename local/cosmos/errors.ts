/**
 * What the data plane says when it refuses. One entry per sentence, each with where the sentence was seen;
 * `[INFER]` marks a sentence no public source shows, whose status and sub-status are documented.
 *
 * Sub-status table: https://github.com/Azure/azure-cosmos-dotnet-v3 (`SubStatusCodes`).
 */

/** Names the service puts into `code` of an error body. */
export type ErrorCode =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'RequestTimeout'
  | 'Conflict'
  | 'Gone'
  | 'PreconditionFailed'
  | 'RequestEntityTooLarge'
  | 'TooManyRequests'
  | 'RetryWith'
  | 'NotImplemented'
  | 'InternalServerError'
  | 'ServiceUnavailable'

/** A refusal as the client will see it: thrown by the store and the query engine, answered by the gateway. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly substatus: number
  readonly code: ErrorCode
  /** What a client is told beside the sentence: how long to wait, for one. */
  readonly headers: Readonly<Record<string, string>>
  /** Further members of the error body. */
  readonly details: Readonly<Record<string, unknown>>

  /** @param message The service's sentence, without the `ActivityId` line that every body ends with. */
  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    options: {
      readonly substatus?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly details?: Readonly<Record<string, unknown>>
      readonly cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.code = code
    this.substatus = options.substatus ?? 0
    this.headers = options.headers ?? {}
    this.details = options.details ?? {}
  }
}

/** Wraps a sentence the way a backend replica does; gateway sentences come without it. */
function fromReplica(sentence: string): string {
  return `Message: ${JSON.stringify({ Errors: [sentence] }).replaceAll('/', '\\/')}`
}

/** 404 of a database, container or item. Azure/azure-spring-data-cosmos-java-sql-api-samples#3 */
export function resourceNotFound(): Refusal {
  const sentence = 'Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found'
  return new Refusal(404, 'NotFound', fromReplica(sentence))
}

/** 404 of a path that names nothing. Azure/azure-cosmos-dotnet-v2#447 */
export function unparsableUrl(): Refusal {
  return new Refusal(404, 'NotFound', 'Server could not parse the Url.')
}

/** 405, https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb; sentence [INFER] */
export function verbNotSupported(): Refusal {
  return new Refusal(405, 'MethodNotAllowed', 'The requested verb is not supported.')
}

/** 400 of a Host header no certificate covers: the sentence of the web server in front of the service. */
export function hostInvalid(): Refusal {
  return new Refusal(
    400,
    'BadRequest',
    'Bad Request - Invalid Hostname. The request hostname is invalid.',
  )
}

/** 409 of a create. https://learn.microsoft.com/azure/cosmos-db/unique-keys */
export function alreadyExists(): Refusal {
  return new Refusal(
    409,
    'Conflict',
    fromReplica('Resource with specified id or name already exists.'),
  )
}

/** 412 of If-Match or a patch condition. azure-sdk-for-java, ConditionalPatch tests */
export function preconditionFailed(): Refusal {
  const sentence = 'One of the specified pre-condition is not met'
  return new Refusal(412, 'PreconditionFailed', fromReplica(sentence))
}

/** 413 above 2 MB. https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits */
export function tooLarge(): Refusal {
  return new Refusal(413, 'RequestEntityTooLarge', fromReplica('Request size is too large'))
}

/** 400/1001: the header names another partition than the item. Azure/azure-sdk-for-js#15161 */
export function partitionKeyMismatch(): Refusal {
  const sentence =
    "PartitionKey extracted from document doesn't match the one specified in the header"
  return new Refusal(400, 'BadRequest', fromReplica(sentence), { substatus: 1001 })
}

/** 400: no partition key where one is needed. Aionsphere/cosmosdb-postman-collection#2 (sic: "the the") */
export function partitionKeyIncomplete(): Refusal {
  const sentence =
    'The partition key supplied in x-ms-partitionkey header has fewer components than defined in the the collection.'
  return new Refusal(400, 'BadRequest', fromReplica(sentence))
}

/** 400: a partition key that is no string, number, boolean or null, or has two components. [INFER] */
export function partitionKeyInvalid(value: string): Refusal {
  return new Refusal(
    400,
    'BadRequest',
    fromReplica(`Partition key ${value} is invalid for the container.`),
  )
}

/** 400 of an item without a usable `id`. MicrosoftDocs/azure-docs#40223 */
export function idMissing(): Refusal {
  const sentence =
    "The input content is invalid because the required properties - 'id; ' - are missing"
  return new Refusal(400, 'BadRequest', fromReplica(sentence))
}

/** 400 of a body that is no JSON object, or an `id` with a letter that is not allowed. Azure/azure-cosmos-dotnet-v3#68 */
export function inputInvalid(): Refusal {
  return new Refusal(400, 'BadRequest', fromReplica('One of the specified inputs is invalid'))
}

/** 400 with a sentence of the caller's, where the service's own is not public. */
export function badRequest(sentence: string): Refusal {
  return new Refusal(400, 'BadRequest', fromReplica(sentence))
}

/** 501: the cloud has it, this stand-in does not. */
export function notEmulated(what: string): Refusal {
  return new Refusal(501, 'NotImplemented', `${what} is not supported by this local stand-in.`)
}
