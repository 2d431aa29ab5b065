import { randomUUID } from 'node:crypto'
import type { Refusal } from './errors.ts'

/** What ties an answer to its request, in the body and in the headers. */
export interface Trace {
  readonly traceId: string
  readonly correlationId: string
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/** @param correlationId The request's `client-request-id`; made up if there is none. */
export function newTrace(now: number, correlationId?: string): Trace {
  return { traceId: randomUUID(), correlationId: correlationId ?? randomUUID(), now }
}

/**
 * A refusal as Entra words it: single spaces in the description (since late 2023), one error code, and `error_uri`
 * only where the public page knows the code.
 *
 * @param text The refusal's message, already fit to be shown.
 * @param error Overrides the OAuth error id, which for one code differs between endpoints.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
 */
export function refusalAnswer(
  refusal: Refusal,
  trace: Trace,
  { text = refusal.message, error }: { readonly text?: string; readonly error?: string } = {},
): Response {
  const { code, answer, retryAfterSeconds } = refusal
  const timestamp = `${new Date(trace.now).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const { traceId, correlationId } = trace
  const body = {
    error: error ?? answer.error,
    error_description: `${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    ...(answer.lookup && { error_uri: `https://login.microsoftonline.com/error?code=${code}` }),
  }
  const answered = jsonAnswer(answer.status, body, trace)
  if (retryAfterSeconds !== undefined)
    answered.headers.set('retry-after', String(retryAfterSeconds))
  return answered
}

/** The stand-in's own "not here": no AADSTS code, because Entra would have done it. */
export function notHereAnswer(sentence: string, trace: Trace): Response {
  const body = { error: 'not_supported_locally', error_description: `keyless-cosmos: ${sentence}` }
  return jsonAnswer(501, body, trace)
}

export function jsonAnswer(status: number, body: object, trace: Trace): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-ms-request-id': trace.traceId,
      'x-ms-ests-server': 'keyless-cosmos local stand-in',
      'client-request-id': trace.correlationId,
    },
  })
}
