import {
  methodNotAllowed,
  noSuchForm,
  NoSuchPath,
  notAcceptable,
  notImplemented,
} from '../errors.ts'
import { selectedName } from '../field-selectors.ts'
import { impersonate } from './impersonate.ts'
import { accepts, acceptsForm } from './media-type.ts'
import type { Api } from './api.ts'
import { authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import { checkName } from './preconditions.ts'
import { readObject } from './read-object.ts'
import { parseCall } from './call.ts'
import type { Call } from './call.ts'
import { discover, VERSION } from './discovery.ts'
import { openapi } from './openapi.ts'
import { patchObject } from './patch.ts'
import { getObject, listObjects, liveObject } from './read.ts'
import { deleteCollection, deleteObject } from './remove.ts'
import { answer, json, refusal, withWarnings } from './respond.ts'
import { evictPod } from './subresources/eviction.ts'
import { bindPod } from './subresources/pod.ts'
import { podLog } from './subresources/log.ts'
import { review } from './subresources/reviews.ts'
import { scale } from './subresources/scale.ts'
import { requestToken } from './subresources/token.ts'
import { watchObjects } from './watch.ts'
import { createObject, placeOf, updateObject } from './write.ts'

/** Answers any request; refusals are `Status` objects. */
export async function handle(api: Api, request: Request): Promise<Response> {
  try {
    const caller = await authenticate(api, request.headers)
    const user = impersonate(api, caller, request.headers)
    const path = new URL(request.url).pathname
    if (!/^\/apis?\/.+/.test(path) || isDiscovery(path)) {
      authorize(api, user, { verb: request.method.toLowerCase(), path })
      return await page(api, request, path)
    }
    return await answerCall(api, parseCall(api, request, user))
  } catch (error) {
    return refusal(error)
  }
}

/** What was to be said about the object is said with a refusal too. */
async function answerCall(api: Api, call: Call): Promise<Response> {
  const { request, user, subresource, warnings } = call
  try {
    authorize(api, user, actionOf(call))
    if (!accepts(request, subresource?.name === 'log' ? LOG_SHOWN_AS : SHOWN_AS)) {
      throw notAcceptable()
    }
    if (!acceptsForm(request)) throw noSuchForm()
    return await objects(api, call)
  } catch (error) {
    return withWarnings(refusal(error), warnings)
  }
}

const JWKS = 'application/jwk-set+json'
const SHOWN_AS = ['application/json']
const LOG_SHOWN_AS = ['application/json', 'text/plain']

/** `/apis/GROUP`, `/apis/GROUP/VERSION` and `/api/v1`. */
function isDiscovery(path: string): boolean {
  return /^\/(api\/[^/]+|apis\/[^/]+(\/[^/]+)?)\/?$/.test(path)
}

/** `/api` and `/apis`, which have a form of their own. */
function isAggregated(path: string): boolean {
  return /^\/apis?\/?$/.test(path)
}

/** A list or watch of one name is judged as a read of that name. */
function actionOf(call: Call) {
  const { verb, resource, subresource, namespace, query } = call
  const name = call.name ?? listedName(verb, query)
  return {
    verb,
    group: resource.group,
    resource: subresource ? `${resource.plural}/${subresource.name}` : resource.plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  }
}

function listedName(verb: string, query: URLSearchParams): string | undefined {
  if (verb !== 'list' && verb !== 'watch') return undefined
  try {
    return selectedName(query.get('fieldSelector') ?? '')
  } catch {
    // A selector that cannot be read is refused after authorization
    return undefined
  }
}

/** Paths that are no objects. */
async function page(api: Api, request: Request, path: string): Promise<Response> {
  if (/^\/(healthz|livez|readyz)(\/(ping|log|etcd))?$/.test(path)) {
    return new Response('ok', { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }
  if (!/^\/(version|apis?|openapi|openid|\.well-known)(\/|$)/.test(path)) throw new NoSuchPath()
  if (request.method !== 'GET') throw methodNotAllowed()
  if (/^\/version\/?$/.test(path)) {
    if (!accepts(request, SHOWN_AS)) throw notAcceptable('application/json')
    return json(VERSION)
  }
  if (path === '/.well-known/openid-configuration') {
    return json(api.tokens.discovery(`${new URL(request.url).origin}/openid/v1/jwks`))
  }
  if (path === '/openid/v1/jwks') {
    // A plain `Accept: application/json` is refused by the real server too
    if (!accepts(request, [JWKS])) throw notAcceptable(JWKS)
    return json(api.tokens.jwks(), 200, { 'content-type': JWKS })
  }
  if (/^\/openapi\/v3(\/|$)/.test(path)) return openapi(api, request)
  if (/^\/apis?(\/|$)/.test(path)) {
    if (!accepts(request, SHOWN_AS)) throw isAggregated(path) ? noSuchForm() : notAcceptable()
    return discover(api, request)
  }
  throw new NoSuchPath()
}

async function objects(api: Api, call: Call): Promise<Response> {
  if (call.subresource) return subresource(api, call, call.subresource.name)
  if (call.resource.kind.endsWith('Review')) return review(api, call)
  if (call.resource.plural === 'bindings') return bindPod(api, call)
  switch (call.verb) {
    case 'get':
      return getObject(api, call)
    case 'list':
      return listObjects(api, call)
    case 'watch':
      return watchObjects(api, call)
    case 'create':
      return create(api, call)
    case 'update':
      return update(api, call)
    case 'patch':
      return patchObject(api, call)
    case 'delete':
      return deleteObject(api, call)
    case 'deletecollection':
      return deleteCollection(api, call)
    default:
      throw methodNotAllowed()
  }
}

async function subresource(api: Api, call: Call, name: string): Promise<Response> {
  switch (name) {
    case 'log':
      return podLog(api, call)
    case 'token':
      return requestToken(api, call)
    case 'binding':
      return bindPod(api, call)
    case 'eviction':
      return evictPod(api, call)
    case 'scale':
      return scale(api, call)
    case 'status':
    case 'finalize':
      if (call.verb === 'get') return getObject(api, call)
      return call.verb === 'patch' ? patchObject(api, call) : update(api, call)
    default:
      throw notImplemented(`the subresource ${call.resource.plural}/${name} is not there`)
  }
}

async function create(api: Api, call: Call): Promise<Response> {
  const object = await readObject(call)
  return answer(api, call, createObject(api, call, object), 201)
}

async function update(api: Api, call: Call): Promise<Response> {
  const object = await readObject(call)
  checkName(call, object)
  const place = placeOf(call.resource, call.namespace, call.name ?? '')
  if (!api.store.get(place) && call.resource.rules.allowCreateOnUpdate) {
    return answer(api, call, createObject(api, call, object), 201)
  }
  const live = liveObject(api, call)
  const stored = call.resource.rules.toStored?.(object) ?? object
  return answer(api, call, updateObject(api, call, live, stored))
}
