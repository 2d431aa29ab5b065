import { badRequest, StatusError } from '../errors.ts'
import { isRecord } from '../object.ts'

/** The patch is well-formed but cannot be carried out; the real server keeps the reason to itself. */
export function unprocessable(): StatusError {
  return new StatusError(
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {},
  )
}

/** A document of the wrong type, in the words of Go's decoder; `type` is what it wanted. */
export function wrongDocument(value: unknown, type: string, prefix = ''): StatusError {
  return badRequest(`${prefix}json: cannot unmarshal ${jsonType(value)} into Go ${type}`)
}

/**
 * The patched object is none of its kind any more.
 *
 * @param value What the server shows: the patched object's JSON, or for a strategic patch the patch as Go prints it.
 * @param reason The decoder's own sentence.
 */
export function undecodable(value: string, reason: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(value)}: ${reason}`
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  })
}

/** What the real server answers with 500 and no reason, although the client is at fault. */
export function patchFailure(message: string): StatusError {
  return new StatusError(500, '', message)
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (isRecord(value)) return 'object'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
