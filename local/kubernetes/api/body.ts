import { LineCounter, parseDocument } from 'yaml'
import type { ScalarTag } from 'yaml'
import { badRequest, StatusError, unsupportedMediaType } from '../errors.ts'
import { isRecord } from '../object.ts'
import type { JsonObject } from '../object.ts'
import { duplicateKeys } from '../schema/duplicate-keys.ts'
import { jsonProblem } from '../schema/json-problem.ts'
import { decodeProtobuf, isProtobuf } from '../schema/protobuf.ts'
import { mediaType } from './media-type.ts'

const MAX_BODY_BYTES = 3 * 1024 * 1024

/** The body of a request, and what is to be said of keys that are written twice in one object. */
export interface Body {
  readonly value: unknown
  readonly duplicates: Duplicates
}

export interface Duplicates {
  /** One for each key. */
  readonly warnings: readonly string[]
  /** All of them as one refusal; empty if there are none. */
  readonly refusal: string
}

export const NO_DUPLICATES: Duplicates = { warnings: [], refusal: '' }

/** Text that is neither JSON nor YAML; the message is the parser's own, and each caller has its own sentence around it. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
  /** What the real server shows of the text, in brackets. */
  readonly summary: string

  constructor(problem: string, text: string) {
    super(problem)
    this.summary = summary(text)
  }
}

/**
 * Reads JSON, YAML or Kubernetes' protobuf (which kubectl sends for the kinds it knows); an empty body is undefined.
 *
 * @throws {StatusError} 413 or 415.
 * @throws {UnreadableBody} with Go's own words for text that is no JSON.
 */
export async function readBody(request: Request): Promise<Body> {
  const bytes = Buffer.from(await request.arrayBuffer())
  if (bytes.length > MAX_BODY_BYTES) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: limit is ${MAX_BODY_BYTES}`,
    )
  }
  const type = mediaType(request)
  if (isProtobuf(type)) return { value: decodeProtobuf(bytes), duplicates: NO_DUPLICATES }
  const text = bytes.toString('utf8')
  if (text.trim() === '') return { value: undefined, duplicates: NO_DUPLICATES }
  if (type.includes('yaml')) return yaml(text)
  if (!type.endsWith('json')) throw unsupportedMediaType()
  return json(text)
}

/** A body without an object's kind around it, such as the options of a delete. */
export async function readJson(request: Request): Promise<unknown> {
  const { value } = await readBody(request).catch((error: unknown) => {
    throw error instanceof UnreadableBody ? badRequest(withVersionAndKind(error)) : error
  })
  return value
}

/** A structure from the body. */
export async function readRecord(request: Request): Promise<JsonObject> {
  const value = await readJson(request)
  if (!isRecord(value)) throw badRequest('the body of the request must be a JSON object')
  return value
}

function json(text: string): Body {
  const value = parsed(text)
  if (value === undefined) throw new UnreadableBody(jsonProblem(text), text)
  const warnings = duplicateKeys(text).map((path) => `duplicate field "${path}"`)
  return {
    value,
    duplicates: { warnings, refusal: warnings.join(', ') },
  }
}

/** The first document counts; words such as `yes` are booleans, as in the YAML 1.1 that Kubernetes reads. */
function yaml(text: string): Body {
  const plain = plainJson(text)
  if (plain !== undefined) return { value: plain, duplicates: NO_DUPLICATES }
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, customTags: [BOOLEAN_WORD] })
  const problems = document.errors.filter(({ code }) => code !== 'MULTIPLE_DOCS')
  const duplicates = problems.filter(({ code }) => code === 'DUPLICATE_KEY')
  const fatal = problems.find(({ code }) => code !== 'DUPLICATE_KEY')
  if (fatal) {
    const [first = ''] = fatal.message.split('\n')
    throw new UnreadableBody(`error converting YAML to JSON: yaml: ${first}`, text)
  }
  const warnings = duplicates.map(({ pos: [start] }) => {
    const key = /^["']?([^\s:,}"']+)/.exec(text.slice(start))?.[1] ?? ''
    return `line ${lineCounter.linePos(start).line}: key ${JSON.stringify(key)} already set in map`
  })
  const refusal = warnings.length === 0 ? '' : `yaml: unmarshal errors:\n  ${warnings.join('\n  ')}`
  return {
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    duplicates: { warnings, refusal },
  }
}

/** Read as JSON, which is what most clients send as YAML: it means the same unless a key is written twice. */
function plainJson(text: string): unknown {
  const value = text.startsWith('{') ? parsed(text) : undefined
  return value === undefined || duplicateKeys(text).length > 0 ? undefined : value
}

/** Undefined, which no JSON is, for text that is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const BOOLEAN_WORD: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (word) => /^(?:y|on)/i.test(word),
}

/** Text is shown as it is, anything else in hexadecimal. */
export function summary(text: string): string {
  const bytes = Buffer.from(text)
  const start = bytes.subarray(0, SUMMARY_BYTES)
  const shown = text.startsWith('{') ? start.toString('utf8') : start.toString('hex')
  return bytes.length > SUMMARY_BYTES ? `${shown} ...` : shown
}

const SUMMARY_BYTES = 30

export function withVersionAndKind({ message }: UnreadableBody): string {
  if (message.includes('yaml:')) return `error decoding YAML: ${message}`
  return `couldn't get version/kind; json parse error: ${message}`
}

/** Of JSON that is no object; Go names the anonymous structure it wanted to read. */
export function notAnObject(value: unknown): string {
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`
}
