import { StatusError } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { toTable, wantsTable } from './table.ts'

/** A JSON answer. */
export function json(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      ...headers,
    },
  })
}

/** An object in the version that was asked for, as a table where one was asked for, with warnings. */
export function answer(api: Api, call: Call, object: KubeObject, status = 200): Response {
  const shown = call.resource.rules.fromStored?.(object) ?? object
  const body = wantsTable(call.request) && !call.subresource ? toTable(api, call, [shown]) : shown
  const response = json(body, status)
  for (const warning of call.warnings) {
    response.headers.append('warning', `299 - ${JSON.stringify(warning)}`)
  }
  return response
}

/** The `Status` of a refusal; anything that is no refusal is a fault of this server and says so. */
export function refusal(error: unknown): Response {
  if (!(error instanceof StatusError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return refusal(new StatusError(500, 'InternalError', `Internal error occurred: ${message}`))
  }
  const retry = error.details?.retryAfterSeconds
  return json(
    error.status(),
    error.code,
    retry === undefined ? {} : { 'retry-after': String(retry) },
  )
}
