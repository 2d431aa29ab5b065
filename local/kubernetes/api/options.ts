import { badRequest, invalid, StatusError } from '../errors.ts'
import type { StatusCause } from '../errors.ts'
import {
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../resources/validation/causes.ts'

/** How a write is to be done. */
export interface WriteOptions {
  readonly dryRun: boolean
  /** Empty where the client names none. */
  readonly fieldManager: string
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore'
}

/** How a patch is to be done. */
export interface PatchRules {
  readonly apply: boolean
}

const MAX_MANAGER_BYTES = 128

/**
 * The options of a create, update or patch.
 *
 * @throws {StatusError} 422 `CreateOptions.meta.k8s.io "" is invalid: …`
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/validation/validation.go
 */
export function writeOptions(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  query: URLSearchParams,
  patch?: PatchRules,
): WriteOptions {
  const fieldManager = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  refuse(kind, [
    ...(patch === undefined ? [] : patchProblems(query, patch, fieldManager)),
    ...managerProblems(fieldManager),
    ...dryRunProblems(query.getAll('dryRun')),
    ...(FIELD_VALIDATIONS.includes(fieldValidation)
      ? []
      : [notSupported('fieldValidation', fieldValidation, FIELD_VALIDATIONS)]),
  ])
  return {
    dryRun: query.getAll('dryRun').length > 0,
    fieldManager,
    fieldValidation:
      fieldValidation === 'Strict' || fieldValidation === 'Ignore' ? fieldValidation : 'Warn',
  }
}

const FIELD_VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

function patchProblems(
  query: URLSearchParams,
  { apply }: PatchRules,
  manager: string,
): readonly StatusCause[] {
  if (apply) return manager === '' ? [required('fieldManager', 'is required for apply patch')] : []
  return query.has('force')
    ? [forbiddenField('force', 'may not be specified for non-apply patch')]
    : []
}

function managerProblems(manager: string): readonly StatusCause[] {
  const long = Buffer.byteLength(manager) > MAX_MANAGER_BYTES
  const characters = Array.from(manager).flatMap((character, index) =>
    /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)
      ? []
      : [
          invalidValue(
            'fieldManager',
            manager,
            `invalid character ${codePoint(character)} (at position ${index})`,
          ),
        ],
  )
  return [...(long ? [tooLong('fieldManager', MAX_MANAGER_BYTES)] : []), ...characters]
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

export function dryRunProblems(values: readonly string[]): readonly StatusCause[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])]
}

/** What a list or a watch asks for. */
export interface ListOptions {
  /** Undefined: no limit. */
  readonly limit: number | undefined
  readonly resourceVersion: number | undefined
  readonly exact: boolean
  readonly continueToken: string | undefined
  readonly sendInitialEvents: boolean
  readonly allowWatchBookmarks: boolean
  readonly timeoutSeconds: number | undefined
}

/**
 * The options of a list or watch.
 *
 * @throws {StatusError} 400 for what is no number, 422 for what does not go together.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/internalversion/validation/validation.go
 */
export function listOptions(query: URLSearchParams, verb: 'list' | 'watch'): ListOptions {
  const limit = integer(query, 'limit') ?? 0
  const timeoutSeconds = integer(query, 'timeoutSeconds')
  refuse('ListOptions', verb === 'watch' ? watchProblems(query) : listProblems(query))
  const token = query.get('continue') ?? ''
  const version = query.get('resourceVersion') ?? ''
  if (token !== '' && version !== '' && version !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  return {
    // Version 0 is answered from a cache, which knows no pages
    limit: limit <= 0 || version === '0' ? undefined : limit,
    resourceVersion: version === '' ? undefined : revision(version, verb),
    exact: query.get('resourceVersionMatch') === 'Exact',
    continueToken: token === '' ? undefined : token,
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    timeoutSeconds,
  }
}

/** A parameter that is there is true, unless it says `false` or `0`. */
export function flag(query: URLSearchParams, key: string): boolean {
  return query.has(key) && !['false', '0'].includes((query.get(key) ?? '').toLowerCase())
}

const MAX_INT64 = 2n ** 63n - 1n

/** @throws {StatusError} 400 for what is no number of 64 bits. */
export function integer(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key)
  if (text === null) return undefined
  const isNumber = /^[+-]?\d+$/.test(text)
  if (isNumber && BigInt(text) <= MAX_INT64 && BigInt(text) >= -MAX_INT64 - 1n) return Number(text)
  const problem = isNumber ? 'value out of range' : 'invalid syntax'
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${problem}`)
}

/** The version a read asks for. */
export function revision(text: string, verb: 'get' | 'list' | 'watch'): number {
  if (/^\d+$/.test(text)) return Number(text)
  const problem = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
  if (verb !== 'list') throw new StatusError(500, '', problem)
  throw badRequest(`invalid resource version: ${problem}`)
}

const MATCH = 'resourceVersionMatch'

function listProblems(query: URLSearchParams): readonly StatusCause[] {
  const match = query.get(MATCH) ?? ''
  const version = query.get('resourceVersion') ?? ''
  const problems: StatusCause[] = []
  if (match !== '') {
    if (version === '') {
      problems.push(
        forbiddenField(
          MATCH,
          'resourceVersionMatch is forbidden unless resourceVersion is provided',
        ),
      )
    }
    if (query.get('continue')) {
      problems.push(
        forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided'),
      )
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      problems.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']))
    }
    if (match === 'Exact' && version === '0') {
      problems.push(
        forbiddenField(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      )
    }
  }
  if (query.has('sendInitialEvents')) {
    problems.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  return problems
}

function watchProblems(query: URLSearchParams): readonly StatusCause[] {
  const match = query.get(MATCH) ?? ''
  const initial = query.has('sendInitialEvents')
  const problems: StatusCause[] = []
  if (initial && match !== 'NotOlderThan') {
    problems.push(
      forbiddenField(
        MATCH,
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    )
  }
  if (query.get('continue')) {
    problems.push(
      forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided'),
    )
  }
  if (match === '') return problems
  if (!initial) {
    problems.push(
      forbiddenField(
        MATCH,
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ),
    )
  }
  if (match !== 'NotOlderThan') problems.push(notSupported(MATCH, match, ['NotOlderThan']))
  return problems
}

/** @throws {StatusError} 422 about the options themselves. */
export function refuse(kind: string, causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind, name: '' }, causes)
}
