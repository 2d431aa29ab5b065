import { badRequest, gone, notFound, StatusError } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import { parseFieldSelector } from '../field-selectors.ts'
import { matchesLabels, parseLabelSelector } from '../selectors.ts'
import type { Api } from './api.ts'
import { subjectOf } from './call.ts'
import type { Call } from './call.ts'
import { listOptions, revision } from './options.ts'
import type { ListOptions } from './options.ts'
import { answer, listAnswer } from './respond.ts'
import { placeOf } from './write.ts'

/** The live object a call names. */
export function liveObject(api: Api, call: Call): KubeObject {
  const name = call.name ?? ''
  const live = api.store.get(placeOf(call.resource, call.namespace, name))
  if (!live) throw notFound({ ...subjectOf(call), name })
  return live
}

export function getObject(api: Api, call: Call): Response {
  const version = call.query.get('resourceVersion')
  if (version) refuseFuture(api, revision(version, 'get'))
  return answer(api, call, liveObject(api, call))
}

/** A page of a collection, at one revision. */
export function listObjects(api: Api, call: Call): Response {
  const { resource, query } = call
  const options = listOptions(query, 'list')
  const page = options.continueToken ? parseContinue(options.continueToken) : undefined
  const asked = page?.revision ?? revisionOf(api, options)
  if (asked < api.store.compacted()) throw tooOld(page !== undefined, asked, api)
  const all =
    asked === api.store.revision()
      ? api.store.list(resource.collection, call.namespace)
      : api.store.listAt(resource.collection, asked, call.namespace)
  const rest = all
    .filter(wanted(call))
    .filter((object) => page === undefined || keyOf(object) > page.after)
  const items = options.limit === undefined ? rest : rest.slice(0, options.limit)
  const last = items.at(-1)
  const remaining = rest.length - items.length
  const metadata = {
    resourceVersion: String(asked),
    ...(remaining > 0 && last
      ? {
          continue: continueToken({ revision: asked, after: keyOf(last) }),
          ...(isSelective(query) ? {} : { remainingItemCount: remaining }),
        }
      : {}),
  }
  const shown = items.map((object) => resource.rules.fromStored?.(object) ?? object)
  return listAnswer(api, call, shown, metadata)
}

function revisionOf(api: Api, { resourceVersion = 0, exact }: ListOptions): number {
  refuseFuture(api, resourceVersion)
  return exact ? resourceVersion : api.store.revision()
}

/** A real server waits three seconds for the version first. */
function refuseFuture(api: Api, version: number): void {
  const current = api.store.revision()
  if (version <= current) return
  const message = 'Too large resource version'
  throw new StatusError(504, 'Timeout', `Timeout: ${message}: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message }],
    retryAfterSeconds: 1,
  })
}

function tooOld(isPage: boolean, revision: number, api: Api): StatusError {
  return gone(
    isPage
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
      : `The resourceVersion for the provided list is too old: ${revision} (${api.store.compacted()})`,
  )
}

/** The selectors of a call as one question. */
export function wanted(call: Call): (object: KubeObject) => boolean {
  const { resource, query } = call
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = parseFieldSelector(
    query.get('fieldSelector') ?? '',
    resource.rules.fieldSelectors ?? {},
    resource,
  )
  return (object) => matchesLabels(labels, object.metadata.labels) && fields(object)
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined
    ? (metadata.name ?? '')
    : `${metadata.namespace}/${metadata.name}`
}

function isSelective(query: URLSearchParams): boolean {
  return Boolean(query.get('labelSelector')) || Boolean(query.get('fieldSelector'))
}

interface Continue {
  readonly revision: number
  readonly after: string
}

function continueToken({ revision, after }: Continue): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString(
    'base64url',
  )
}

function parseContinue(token: string): Continue {
  try {
    const parsed = JSON.parse(Buffer.from(token, 'base64url').toString()) as {
      rv: unknown
      start: unknown
    }
    if (typeof parsed.rv === 'number' && typeof parsed.start === 'string') {
      return { revision: parsed.rv, after: parsed.start }
    }
  } catch {
    // answered below, like any other token this server did not make
  }
  throw badRequest(
    'invalid continue token: continue key is not valid: it was not made by this server',
  )
}
