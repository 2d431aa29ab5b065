import { NoSuchPath, StatusError } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { formOf, partial, toTable } from './table.ts'

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

/** An object in the version and form that was asked for, with warnings. */
export function answer(api: Api, call: Call, object: KubeObject, status = 200): Response {
  const shown = call.resource.rules.fromStored?.(object) ?? object
  return withWarnings(json(inForm(api, call, shown), status), call.warnings)
}

export function withWarnings(response: Response, warnings: readonly string[]): Response {
  for (const warning of warnings) {
    response.headers.append('warning', `299 - ${JSON.stringify(warning)}`)
  }
  return response
}

function inForm(api: Api, call: Call, object: KubeObject): object {
  switch (formOf(call.request)) {
    case 'Table':
      return toTable(api, call, [object])
    case 'PartialObjectMetadata':
      return partial(object)
    default:
      return object
  }
}

/** Objects, already in the version that was asked for, as a list in the form that was asked for. */
export function listAnswer(
  api: Api,
  call: Call,
  items: readonly KubeObject[],
  metadata: object,
): Response {
  const { resource } = call
  switch (formOf(call.request)) {
    case 'Table':
      return json({ ...toTable(api, call, items), metadata })
    case 'PartialObjectMetadataList':
      return json({
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: items.map(partial),
      })
    default:
      return json({
        kind: `${resource.kind}List`,
        apiVersion: groupVersion(resource),
        metadata,
        items: items.map((object) => listed(object, resource)),
      })
  }
}

/** Items of a built-in kind's list carry neither apiVersion nor kind, as those of a real server. */
function listed(object: KubeObject, resource: Resource): object {
  if (resource.custom) return object
  const { apiVersion: _1, kind: _2, ...rest } = object
  return rest
}

/** The `Status` of a refusal; anything that is no refusal is a fault of this server and says so. */
export function refusal(error: unknown): Response {
  if (error instanceof NoSuchPath) {
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    return new Response('404 page not found\n', { status: 404, headers })
  }
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
