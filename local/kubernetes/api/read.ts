import { badRequest, gone, notFound } from '../errors.ts'
import type { KubeObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { matchesLabels, parseFieldSelector, parseLabelSelector } from '../selectors.ts'
import type { Api } from './api.ts'
import { subjectOf } from './call.ts'
import type { Call } from './call.ts'
import { answer, json } from './respond.ts'
import { toTable, wantsTable } from './table.ts'
import { placeOf } from './write.ts'

/** The live object a call names. */
export function liveObject(api: Api, call: Call): KubeObject {
  const name = call.name ?? ''
  const live = api.store.get(placeOf(call.resource, call.namespace, name))
  if (!live) throw notFound({ ...subjectOf(call), name })
  return live
}

export function getObject(api: Api, call: Call): Response {
  return answer(api, call, liveObject(api, call))
}

/** A page of a collection, at one revision. */
export function listObjects(api: Api, call: Call): Response {
  const { resource, query } = call
  const token = query.get('continue')
  const page = token ? parseContinue(token) : undefined
  const revision = page?.revision ?? exactRevision(query) ?? api.store.revision()
  if (revision < api.store.compacted()) {
    throw gone(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    )
  }
  const all =
    revision === api.store.revision()
      ? api.store.list(resource.collection, call.namespace)
      : api.store.listAt(resource.collection, revision, call.namespace)
  const rest = all
    .filter(wanted(call))
    .filter((object) => page === undefined || keyOf(object) > page.after)
  const limit = limitOf(query)
  const items = limit === undefined ? rest : rest.slice(0, limit)
  const last = items.at(-1)
  const remaining = rest.length - items.length
  const metadata = {
    resourceVersion: String(revision),
    ...(remaining > 0 && last
      ? {
          continue: continueToken({ revision, after: keyOf(last) }),
          ...(isSelective(query) ? {} : { remainingItemCount: remaining }),
        }
      : {}),
  }
  const shown = items.map((object) => resource.rules.fromStored?.(object) ?? object)
  if (wantsTable(call.request)) return json({ ...toTable(api, call, shown), metadata })
  return json({
    kind: `${resource.kind}List`,
    apiVersion: groupVersion(resource),
    metadata,
    items: shown.map((object) => listed(object, resource)),
  })
}

/** The selectors of a call as one question. */
export function wanted(call: Call): (object: KubeObject) => boolean {
  const { resource, query, name } = call
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = parseFieldSelector(
    query.get('fieldSelector') ?? '',
    resource.rules.fieldSelectors ?? {},
  )
  return (object) =>
    matchesLabels(labels, object.metadata.labels) &&
    fields(object) &&
    (name === undefined || object.metadata.name === name)
}

/** Items of a built-in kind's list carry neither apiVersion nor kind, as those of a real server. */
function listed(object: KubeObject, resource: Resource): object {
  if (resource.custom) return object
  const { apiVersion: _1, kind: _2, ...rest } = object
  return rest
}

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined
    ? (metadata.name ?? '')
    : `${metadata.namespace}/${metadata.name}`
}

function limitOf(query: URLSearchParams): number | undefined {
  const text = query.get('limit')
  if (!text || text === '0') return undefined
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 0)
    throw badRequest(`limit must be a whole number, got "${text}"`)
  return limit
}

function isSelective(query: URLSearchParams): boolean {
  return Boolean(query.get('labelSelector')) || Boolean(query.get('fieldSelector'))
}

function exactRevision(query: URLSearchParams): number | undefined {
  if (query.get('resourceVersionMatch') !== 'Exact') return undefined
  const revision = Number(query.get('resourceVersion'))
  if (!Number.isInteger(revision) || revision <= 0) {
    throw badRequest('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"')
  }
  return revision
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
  throw badRequest('continue key is not valid: illegal base64 data or format')
}
