/**
 * One question to both servers. Steps run in order; every answer is compared.
 *
 * In `path` and in strings of `body`, `$NS` is the case's own namespace and `$name` a value saved by an earlier step.
 */
export interface Case {
  /** A fact, in the present tense. */
  readonly name: string
  readonly steps: readonly Step[]
  /** Needs a server without controllers: skipped against a whole cluster. */
  readonly bare?: boolean
}

export interface Step {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** Sent as it is, when the text itself is the question. */
  readonly text?: string
  readonly contentType?: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Bearer token to send; `null` sends none. Default: the administrator's. */
  readonly token?: string | null
  /** Values to remember from the answer: name → dotted path. */
  readonly save?: Readonly<Record<string, string>>
  /** Dotted paths that are compared, when the rest of the answer is beside the point. */
  readonly only?: readonly string[]
  /** A step that only prepares: its answer is not compared. */
  readonly silent?: boolean
  /**
   * What the answer has once the server knows of the steps before: a real server judges rights and admission by caches
   * that follow its store a moment later. Until then the step is asked again, so it must change nothing.
   */
  readonly until?: Until
}

/** The answer's status, and what its body or warnings say. */
export interface Until {
  readonly status: number
  readonly says?: RegExp
}

export const APPLY = 'application/apply-patch+yaml'
export const MERGE = 'application/merge-patch+json'
export const JSON_PATCH = 'application/json-patch+json'
export const STRATEGIC = 'application/strategic-merge-patch+json'
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

export function get(path: string, rest: Partial<Step> = {}): Step {
  return { method: 'GET', path, ...rest }
}

export function create(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: 'POST', path, body, ...rest }
}

export function update(path: string, body: unknown, rest: Partial<Step> = {}): Step {
  return { method: 'PUT', path, body, ...rest }
}

export function remove(path: string, body?: unknown, rest: Partial<Step> = {}): Step {
  return { method: 'DELETE', path, ...(body === undefined ? {} : { body }), ...rest }
}

export function patch(
  contentType: string,
  path: string,
  body: unknown,
  rest: Partial<Step> = {},
): Step {
  return { method: 'PATCH', path, body, contentType, ...rest }
}

/** A server-side apply as `manager`. */
export function apply(
  manager: string,
  path: string,
  body: unknown,
  rest: Partial<Step> = {},
): Step {
  const mark = path.includes('?') ? '&' : '?'
  return patch(APPLY, `${path}${mark}fieldManager=${manager}`, body, rest)
}

/** Path of a namespaced kind in the case's namespace. */
export function inNamespace(plural: string, group = 'v1'): string {
  const root = group === 'v1' ? '/api/v1' : `/apis/${group}`
  return `${root}/namespaces/$NS/${plural}`
}
