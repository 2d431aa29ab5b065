import type { JsonObject } from './object.ts'

/** One reason of a refusal; `field` is a path such as `spec.containers[0].name`. */
export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** What a refusal is about: `resource` is the plural; `group` is empty for the core group. */
export interface Subject {
  readonly group?: string
  readonly resource: string
  readonly name?: string
}

/**
 * A refusal of the API server: thrown anywhere in `local/kubernetes`, sent as a `Status` object with its code.
 *
 * Sentences and reasons are those of k8s.io/apimachinery.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go
 */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }

  /** The `Status` object a client receives. */
  status(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    }
  }
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message)
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized')
}

/** Refused by a rule: authorisation, admission or quota; `reason` is the sentence after the colon. */
export function forbidden(subject: Subject, reason: string): StatusError {
  const named = subject.name === undefined || subject.name === '' ? '' : ` "${subject.name}"`
  return new StatusError(
    403,
    'Forbidden',
    `${qualified(subject)}${named} is forbidden: ${reason}`,
    details(subject),
  )
}

export function notFound(subject: Subject & { readonly name: string }): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${qualified(subject)} "${subject.name}" not found`,
    details(subject),
  )
}

/** The answer to a path no API serves, which names no resource. */
export function pageNotFound(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  )
}

/** None of the forms (`as=…`) that were asked for. */
export function noSuchForm(): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  )
}

/** A path that belongs to no API at all: the one refusal that is plain text. */
export class NoSuchPath extends Error {
  override readonly name = 'NoSuchPath'
}

export function notAcceptable(
  accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf',
): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${accepted}`,
    {},
  )
}

export function alreadyExists(subject: Subject & { readonly name: string }): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${qualified(subject)} "${subject.name}" already exists`,
    details(subject),
  )
}

/** The object has moved on; `reason` is the sentence after the colon. */
export function conflict(
  subject: Subject & { readonly name: string },
  reason: string,
): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name}": ${reason}`,
    details(subject),
  )
}

/** The optimistic lock: the writer's resourceVersion is not the live one. */
export function modified(subject: Subject & { readonly name: string }): StatusError {
  return conflict(
    subject,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

/** The watcher or the page asks for history that is no longer kept. */
export function gone(message: string): StatusError {
  return new StatusError(410, 'Expired', message)
}

export function unsupportedMediaType(): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  )
}

/** A strategic merge patch of a custom resource, whose lists have no merge keys. */
export function unsupportedCustomPatch(): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  )
}

/** A PATCH in a format the kind does not have. */
export function unsupportedPatch(): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
}

/** The kind whose object is wrong, as `Kind` or `Kind.group`. */
export interface InvalidSubject {
  readonly group?: string
  readonly kind: string
  readonly name: string
}

/** Several problems as one sentence, as Go's aggregated errors print them. */
export function aggregated(problems: readonly string[]): string {
  return problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`
}

/** Every field that is wrong, in one answer; see `fieldErrors` of the validation for the causes' texts. */
export function invalid(subject: InvalidSubject, causes: readonly StatusCause[]): StatusError {
  const group = subject.group ?? ''
  const kind = group === '' ? subject.kind : `${subject.kind}.${group}`
  const sentences = causes.map((cause) =>
    cause.field === undefined ? `${cause.message}` : `${cause.field}: ${cause.message}`,
  )
  const unique = [...new Set(sentences)]
  return new StatusError(
    422,
    'Invalid',
    `${kind} "${subject.name}" is invalid: ${aggregated(unique)}`,
    {
      ...(subject.name === '' ? {} : { name: subject.name }),
      ...(group === '' ? {} : { group }),
      ...(subject.kind === '' ? {} : { kind: subject.kind }),
      causes,
    },
  )
}

export function internalError(message: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  })
}

/** What this stand-in does not claim: never a made-up success. */
export function notImplemented(message: string): StatusError {
  return new StatusError(
    501,
    'NotImplemented',
    `${message} (not supported by this local API server)`,
  )
}

function qualified(subject: Subject): string {
  const group = subject.group ?? ''
  return group === '' ? subject.resource : `${subject.resource}.${group}`
}

function details(subject: Subject): StatusDetails {
  const group = subject.group ?? ''
  return {
    ...(subject.name === undefined || subject.name === '' ? {} : { name: subject.name }),
    ...(group === '' ? {} : { group }),
    kind: subject.resource,
  }
}
