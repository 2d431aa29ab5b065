import {
  badRequest,
  methodNotAllowed,
  NoSuchPath,
  notAcceptable,
  notImplemented,
  pageNotFound,
} from '../errors.ts'
import { impersonate } from './impersonate.ts'
import { accepts } from './media-type.ts'
import type { KubeObject } from '../object.ts'
import type { Api } from './api.ts'
import { authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import { readObject } from './body.ts'
import { parseCall } from './call.ts'
import type { Call } from './call.ts'
import { discover, VERSION } from './discovery.ts'
import { openapi } from './openapi.ts'
import { patchObject } from './patch.ts'
import { getObject, listObjects, liveObject } from './read.ts'
import { deleteCollection, deleteObject } from './remove.ts'
import { answer, json, refusal } from './respond.ts'
import { bindPod, evictPod } from './subresources/pod.ts'
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
    const call = parseCall(api, request, user)
    authorize(api, user, actionOf(call))
    if (!accepts(request, SHOWN_AS)) throw notAcceptable()
    return await objects(api, call)
  } catch (error) {
    return refusal(error)
  }
}

const JWKS = 'application/jwk-set+json'
const SHOWN_AS = ['application/json', 'text/plain']

/** `/apis/GROUP`, `/apis/GROUP/VERSION` and `/api/v1`. */
function isDiscovery(path: string): boolean {
  return /^\/(api\/[^/]+|apis\/[^/]+(\/[^/]+)?)\/?$/.test(path)
}

function actionOf(call: Call) {
  const { verb, resource, subresource, namespace, name } = call
  return {
    verb,
    group: resource.group,
    resource: subresource ? `${resource.plural}/${subresource.name}` : resource.plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  }
}

/** Paths that are no objects. */
async function page(api: Api, request: Request, path: string): Promise<Response> {
  if (request.method !== 'GET') throw pageNotFound()
  if (['/healthz', '/livez', '/readyz'].some((one) => path === one || path.startsWith(`${one}/`))) {
    return new Response('ok', { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }
  if (path === '/version') return json(VERSION)
  if (path === '/.well-known/openid-configuration') {
    return json(api.tokens.discovery(`${new URL(request.url).origin}/openid/v1/jwks`))
  }
  if (path === '/openid/v1/jwks') {
    // A plain `Accept: application/json` is refused by the real server too
    if (!accepts(request, [JWKS])) throw notAcceptable(JWKS)
    return json(api.tokens.jwks(), 200, { 'content-type': JWKS })
  }
  if (/^\/openapi\/v3(\/|$)/.test(path)) return openapi(api, request)
  if (/^\/apis?(\/|$)/.test(path)) return discover(api, request)
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
  return answer(api, call, await createObject(api, call, object), 201)
}

function checkName({ name = '' }: Call, { metadata }: KubeObject): void {
  if (metadata.name) return
  throw badRequest(
    `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
  )
}

async function update(api: Api, call: Call): Promise<Response> {
  const object = await readObject(call)
  checkName(call, object)
  const place = placeOf(call.resource, call.namespace, call.name ?? '')
  if (!api.store.get(place) && call.resource.rules.allowCreateOnUpdate) {
    return answer(api, call, await createObject(api, call, object), 201)
  }
  const live = liveObject(api, call)
  const stored = call.resource.rules.toStored?.(object) ?? object
  return answer(api, call, await updateObject(api, call, live, stored))
}
