import type { Refusal } from './errors.ts'

/** What a store gives back: ready to be sent, but for the headers every answer carries. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text; absent for 204 and 304. */
  readonly body?: string
}

const GATEWAY_VERSION = '2.14.0'
const COMPONENT = `Microsoft.Azure.Documents.Common/${GATEWAY_VERSION}`

/** Adds the headers of every answer and makes a web `Response` of it. */
export function response(answer: Answer, activityId: string, now: number): Response {
  const headers = new Headers(answer.headers)
  headers.set('x-ms-activity-id', activityId)
  headers.set('x-ms-gatewayversion', `version=${GATEWAY_VERSION}`)
  headers.set('x-ms-serviceversion', `version=${GATEWAY_VERSION}`)
  headers.set('date', new Date(now).toUTCString())
  headers.set('cache-control', 'no-store, no-cache')
  if (answer.body !== undefined) headers.set('content-type', 'application/json')
  return new Response(answer.body ?? null, { status: answer.status, headers })
}

/**
 * The body and headers of a refusal.
 *
 * The SDK reads `message` of every error body; an empty or HTML body ends there in a TypeError, so no
 * refusal may leave without JSON.
 */
export function refused(refusal: Refusal, activityId: string): Answer {
  const message = `${refusal.message}\r\nActivityId: ${activityId}, ${COMPONENT}`
  return {
    status: refusal.status,
    headers: {
      'x-ms-request-charge': '0',
      ...refusal.headers,
      'x-ms-substatus': String(refusal.substatus),
    },
    body: JSON.stringify({ ...refusal.details, code: refusal.code, message }),
  }
}
