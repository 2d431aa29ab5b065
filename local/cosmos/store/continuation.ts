import { createHash } from 'node:crypto'
import { badRequest } from '../errors.ts'
import { isJsonObject, parseJson } from './json.ts'

/** Where the next page of a feed begins. */
export interface Continuation {
  /** Rows given so far. */
  readonly given: number
  /** The last item looked at: number of its partition, and its ordinal there. Only when streaming. */
  readonly after?: readonly [partition: number, ordinal: number]
}

/**
 * A continuation as the client carries it: opaque, and good only for the question it was given for. It holds a
 * position and nothing that decides which items may be seen; that is in the question.
 */
export function encodeContinuation(continuation: Continuation, question: string): string {
  const { given, after } = continuation
  const content = { v: 1, q: digest(question), given, ...(after && { after }) }
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

/** @throws {Refusal} 400 if the text is no continuation of this question. */
export function decodeContinuation(text: string | null, question: string): Continuation {
  if (!text) return { given: 0 }
  const content = parseJson(Buffer.from(text, 'base64url').toString())
  if (!isJsonObject(content) || content['q'] !== digest(question)) throw invalid(text)
  const { given, after } = content
  if (!isCount(given)) throw invalid(text)
  if (after === undefined) return { given }
  const [partition, ordinal, ...more] = Array.isArray(after) ? after : []
  if (!isCount(partition) || !isCount(ordinal) || more.length > 0) throw invalid(text)
  return { given, after: [partition, ordinal] }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function digest(question: string): string {
  return createHash('sha256').update(question).digest('base64url').slice(0, 16)
}

/** [INFER] after the .NET SDK's "Invalid Continuation Token". */
function invalid(text: string): Error {
  return badRequest(`Invalid Continuation Token ${text.slice(0, 100)}`)
}
