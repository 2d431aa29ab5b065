import { Refusal } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { Answer } from '../respond.ts'
import { parseJson } from '../store/json.ts'
import type { WireReply } from './connection.ts'
import { jsonObject } from './json-object.ts'

/** Headers of an answer that mean something to a client; everything else the emulator says stays here. */
const PASSED_ON = [
  'etag',
  'x-ms-continuation',
  'x-ms-item-count',
  'x-ms-session-token',
  'x-ms-request-charge',
  'x-ms-retry-after-ms',
  'x-ms-schemaversion',
  'x-ms-resource-quota',
  'x-ms-resource-usage',
  'x-ms-documentdb-query-metrics',
  'lsn',
] as const

/** What the service calls a refusal, by its status. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'BadRequest'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [408, 'RequestTimeout'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [412, 'PreconditionFailed'],
  [413, 'RequestEntityTooLarge'],
  [429, 'TooManyRequests'],
  [449, 'RetryWith'],
  [501, 'NotImplemented'],
])

/**
 * What the client is told of the emulator's answer.
 *
 * @param mayBeEmpty Whether a success without a body is what the client asked for.
 * @throws {Refusal} what the data refuses, in the service's form; 503 for what only the emulator can be blamed for:
 *   a 401 or 403 (the client has been authorised already, so it is the gateway that was refused), a server error,
 *   a redirect, a web page. A 403 must not get through for another reason too: the SDK takes 403/3 and 403/1008 for
 *   a failover and tries again for two minutes.
 */
export function answerOf(reply: WireReply, mayBeEmpty: boolean): Answer {
  const { status, body } = reply
  const headers = passedOn(reply)
  if (status === 204 || status === 304) return { status, headers }
  if (status >= 200 && status < 300) {
    if (body === '' && mayBeEmpty) return { status, headers }
    if (parseJson(body) !== undefined) return { status, headers, body }
    throw unavailable(`it answers ${status} with ${kindOf(body)} where JSON was expected`)
  }
  const code = CODES.get(status)
  if (!code) throw unavailable(describe(reply))
  throw new Refusal(status, code, sentenceOf(reply), {
    substatus: Number(reply.headers['x-ms-substatus'] ?? 0) || 0,
    headers,
    details: detailsOf(body),
  })
}

/** 503: the account is there, what holds its data is not. The sentence is this stand-in's own. */
export function unavailable(reason: string, cause?: unknown): Refusal {
  return new Refusal(
    503,
    'ServiceUnavailable',
    `The emulator that holds the data of this account cannot serve the request: ${reason}.`,
    { cause },
  )
}

/** An answer nobody can use, in a few words: status, and what it says or is. */
export function describe(reply: WireReply): string {
  if (reply.status === 401 || reply.status === 403)
    return `it refuses the gateway's key (${reply.status})`
  const says = isJson(reply.body) ? messageOf(reply.body) : kindOf(reply.body)
  return `it answers ${reply.status} (${says.slice(0, 200)})`
}

function passedOn({ headers }: WireReply): Record<string, string> {
  const pairs = PASSED_ON.flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return Object.fromEntries(pairs)
}

/** The SDK reads `message` of every error body, so there is always one; the emulator sends some without. */
function sentenceOf(reply: WireReply): string {
  return isJson(reply.body) ? messageOf(reply.body) : describe(reply)
}

/** Without the line about the activity: the gateway adds its own, so that both name the same one. */
function messageOf(body: string): string {
  const message = jsonObject(body)['message']
  const text = typeof message === 'string' ? message : 'without a message'
  return text.replace(/[\r\n]*ActivityId: [^]*$/, '').slice(0, MAX_SENTENCE)
}

const MAX_SENTENCE = 4096

/** What an SDK needs to go on with a query it must take apart itself. */
function detailsOf(body: string): Record<string, unknown> {
  const { additionalErrorInfo } = jsonObject(body)
  return additionalErrorInfo === undefined ? {} : { additionalErrorInfo }
}

function isJson(body: string): boolean {
  return Object.keys(jsonObject(body)).length > 0
}

function kindOf(body: string): string {
  if (body.trim() === '') return 'nothing'
  return /^\s*</.test(body) ? 'a web page' : 'text that is no JSON'
}
