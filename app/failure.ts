import { COSMOS_REFUSALS, OTHER_STATUS } from './cosmos-refusals.ts'
import { ENTRA_REFUSALS, OTHER_REFUSAL } from './entra-refusals.ts'
import type { ExchangeFacts } from './entra-refusals.ts'
import type { Detail } from './log.ts'
import { stranger, transportVerdict } from './transport.ts'
import type { Service } from './transport.ts'
import { WorkerError } from './worker-error.ts'
import type { Verdict } from './worker-error.ts'

/** Where a call failed, and what the pod had to show there. */
export interface Place {
  readonly service: Service
  /** The address that was called, for people. */
  readonly where: string
  readonly exchange: ExchangeFacts
}

/**
 * Explains what an SDK threw. Pure: the same error and place give the same failure.
 *
 * @param error Anything; an error nobody foresaw becomes exit code 70 and keeps its cause.
 */
export function explain(error: unknown, place: Place): WorkerError {
  if (error instanceof WorkerError) return error
  return (
    entraRefusal(error, place) ??
    cosmosRefusal(error, place) ??
    transportFailure(error, place) ??
    credentialFailure(error, place) ??
    unreadable(error, place) ??
    unforeseen(error)
  )
}

/** The SDK buries Entra's answer in a text of many lines; the code in it is the only thing that is stable. */
function entraRefusal(error: unknown, place: Place): WorkerError | undefined {
  const code = /AADSTS(\d+)/.exec(messageOf(error))?.[1]
  if (code === undefined) return undefined
  const refusal = ENTRA_REFUSALS[code] ?? OTHER_REFUSAL
  const { exchange } = place
  return failure({ ...refusal, code: `AADSTS${code}`, fix: refusal.fix(exchange) }, error, [
    ['asked', `${exchange.authorityHost} for ${exchange.scope}`],
    ['pod says', `iss=${exchange.issuer}  sub=${exchange.subject}  aud=${exchange.audience}`],
    ['client', `${exchange.clientId} in tenant ${exchange.tenantId}`],
    ['answer', entraSentence(messageOf(error))],
  ])
}

/** From the code on, without the trailing ids that MSAL appends a second time. */
function entraSentence(message: string): string {
  const text = message.slice(message.search(/AADSTS\d/))
  const ids = /^[\s\S]*?Trace ID: [\w-]+\s+Correlation ID: [\w-]+/.exec(text)?.[0]
  return clipped(ids ?? text.split('\n')[0] ?? '')
}

function cosmosRefusal(error: unknown, place: Place): WorkerError | undefined {
  const { code: status, substatus, activityId } = fields(error)
  if (place.service !== 'Cosmos DB' || typeof status !== 'number') return undefined
  const exact = `${status}/${typeof substatus === 'number' ? substatus : 0}`
  const refusal = COSMOS_REFUSALS[exact] ?? COSMOS_REFUSALS[String(status)] ?? OTHER_STATUS
  const answer = messageOf(error)
  const fix = typeof refusal.fix === 'string' ? refusal.fix : refusal.fix(answer)
  return failure({ ...refusal, code: exact, fix }, error, [
    ['asked', place.where],
    ['answer', clipped(answer)],
    ...(typeof activityId === 'string' ? [['activity', activityId] as const] : []),
  ])
}

function transportFailure(error: unknown, place: Place): WorkerError | undefined {
  for (const cause of causes(error)) {
    const { code } = fields(cause)
    const verdict = typeof code === 'string' ? transportVerdict(code, place.service) : undefined
    if (verdict !== undefined) {
      return failure(verdict, error, [
        ['asked', place.where],
        ['answer', clipped(messageOf(cause))],
      ])
    }
  }
  return undefined
}

/**
 * MSAL's own words for "something went wrong on the way", with the cause removed; the caller then looks for the
 * cause itself and comes back with a code.
 */
const HIDDEN_CAUSE = /network_error|endpoints_resolution_error|openid_config_error/

/** Whether the SDK hides why the token service could not be reached. */
export function hidesItsCause(error: unknown): boolean {
  return !/AADSTS\d/.test(messageOf(error)) && HIDDEN_CAUSE.test(messageOf(error))
}

function credentialFailure(error: unknown, place: Place): WorkerError | undefined {
  const message = messageOf(error)
  const details: readonly Detail[] = [
    ['asked', place.exchange.authorityHost],
    ['answer', clipped(message)],
  ]
  if (/Invalid value for AZURE_TOKEN_CREDENTIALS/.test(message)) {
    return failure(
      { ...CREDENTIALS_SETTING, what: 'AZURE_TOKEN_CREDENTIALS has an unknown value' },
      error,
      details,
    )
  }
  if (!/Authentication|Credential/.test(fields(error).name ?? '')) return undefined
  if (/Failed to retrieve a valid token/.test(message)) {
    return failure(
      { ...CREDENTIALS_SETTING, what: 'the SDK found no credential it can use' },
      error,
      details,
    )
  }
  if (LOST_FILE.test(message))
    return failure(TOKEN_FILE_LOST, error, [['answer', clipped(message)]])
  return failure(stranger('the token service'), error, details)
}

/** The SDK reads the pod token anew every five minutes, whether it needs it or not. */
const LOST_FILE = /\b(ENOENT|EACCES)\b|No content on the file/

const TOKEN_FILE_LOST: Verdict = {
  code: 'ERR_TOKEN_FILE_LOST',
  exitCode: 20,
  what: 'the pod token file, which was there at the start, cannot be read any more',
  fix: "look at the pod's events and the kubelet's log: the kubelet renews that file",
}

const CREDENTIALS_SETTING = {
  code: 'ERR_TOKEN_CREDENTIALS',
  exitCode: 2,
  fix: 'set AZURE_TOKEN_CREDENTIALS=WorkloadIdentityCredential in the pod, as the manifest does',
} as const

/** Every true answer of Cosmos DB is JSON; the SDK stumbles over anything else with an error of JavaScript. */
function unreadable(error: unknown, place: Place): WorkerError | undefined {
  const stumbled = error instanceof SyntaxError || /reading 'message'/.test(messageOf(error))
  if (place.service !== 'Cosmos DB' || !stumbled) return undefined
  return failure(stranger(place.service), error, [['asked', place.where]])
}

/** Our own bug: says so, and where. */
export function unforeseen(error: unknown): WorkerError {
  const { name, stack } = fields(error)
  const at = stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim()
  return new WorkerError(
    {
      code: 'ERR_BUG',
      exitCode: 70,
      what: 'the worker met something it has no rule for',
      fix: 'report these lines; they contain no secret',
    },
    {
      cause: error,
      details: [
        ['error', clipped(`${name ?? typeof error}: ${messageOf(error)}`)],
        ...(at === undefined ? [] : [['at', at] as const]),
      ],
    },
  )
}

function failure(verdict: Verdict, cause: unknown, details: readonly Detail[]): WorkerError {
  return new WorkerError(verdict, { cause, details })
}

/** The error, its causes, and the parts of an aggregate, outermost first. */
function causes(error: unknown, depth = 0): readonly unknown[] {
  if (!(error instanceof Error) || depth > 5) return []
  const parts: unknown[] = error instanceof AggregateError ? error.errors : []
  return [error, ...[error.cause, ...parts].flatMap((part) => causes(part, depth + 1))]
}

interface ErrorFields {
  readonly name?: string
  readonly stack?: string
  readonly code?: unknown
  readonly substatus?: unknown
  readonly activityId?: unknown
}

function fields(error: unknown): ErrorFields {
  return typeof error === 'object' && error !== null ? error : {}
}

function messageOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : error
  return typeof message === 'string' ? message : String(message)
}

function clipped(text: string): string {
  return text.length > 900 ? `${text.slice(0, 900)}…` : text
}
