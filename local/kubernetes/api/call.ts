import {
  badRequest,
  methodNotAllowed,
  NoSuchPath,
  notImplemented,
  pageNotFound,
} from '../errors.ts'
import type { Resource, Subresource } from '../resources/resource.ts'
import type { Api } from './api.ts'
import type { User } from './user.ts'
import { mediaType } from './media-type.ts'
import { flag, writeOptions } from './options.ts'
import type { WriteOptions } from './options.ts'

/** A request for objects, understood: which kind, where, which one, by whom and how. */
export interface Call {
  readonly request: Request
  readonly query: URLSearchParams
  readonly user: User
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: Subresource | undefined
  /** RBAC's verb: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string
  readonly dryRun: boolean
  /** Who owns the fields that are written. */
  readonly manager: string
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore'
  /** Become `Warning` headers. */
  readonly warnings: string[]
}

interface Target {
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: Subresource | undefined
}

/**
 * Understands a request under `/api` or `/apis`.
 *
 * @throws {StatusError} 404 for what is not served, 405 for a verb the kind does not have, 400 for a bad option.
 */
export function parseCall(api: Api, request: Request, user: User): Call {
  const url = new URL(request.url)
  const target = parsePath(api, url.pathname)
  const verb = verbOf(request.method, url.searchParams, target)
  const verbs = target.subresource ? target.subresource.verbs : target.resource.verbs
  if (!verbs.includes(verb) || !fitsPath(verb, target)) throw methodNotAllowed()
  const options = writeOptionsOf(verb, request, url.searchParams)
  return {
    ...target,
    request,
    query: url.searchParams,
    user,
    verb,
    dryRun: options.dryRun,
    manager: managerOf(request, options.fieldManager),
    fieldValidation: options.fieldValidation,
    warnings: [],
  }
}

export function subjectOf({ resource, name }: Pick<Call, 'resource' | 'name'>) {
  return { group: resource.group, resource: resource.plural, name: name ?? '' }
}

function parsePath(api: Api, pathname: string): Target {
  const [, root, ...segments] = pathname.replace(/\/$/, '').split('/').map(decode)
  // `a//b` and an escaped slash in a name are no paths of this API; without a namespace's name all of them are meant
  const isEverywhere = segments.at(-3) === 'namespaces' && segments.at(-2) === ''
  if (isEverywhere) segments.splice(-3, 2)
  if (segments.some((segment) => segment === '' || segment.includes('/'))) throw pageNotFound()
  const group = root === 'apis' ? segments.shift() : ''
  const version = segments.shift()
  if (group === undefined || version === undefined || segments.length === 0) throw pageNotFound()
  if (!api.registry.all().some((one) => one.group === group)) throw new NoSuchPath()
  const find = (plural: string | undefined) =>
    plural === undefined ? undefined : api.registry.find(group, version, plural)

  // `namespaces/NAME/x` is a subresource of the namespace where there is one, else a collection inside it
  const [first, second, third, fourth, fifth, sixth] = segments
  const inside = first === 'namespaces' ? find(third) : undefined
  if (inside?.namespaced && second !== undefined) {
    return resolve(inside, { namespace: second, name: fourth, subresource: fifth, rest: sixth })
  }
  const resource = find(first)
  if (!resource) throw pageNotFound()
  // Reviews that answer at once are created without a namespace; other namespaced kinds are only listed so
  if (resource.namespaced && second !== undefined) throw pageNotFound()
  return resolve(resource, { namespace: undefined, name: second, subresource: third, rest: fourth })
}

/** What a real server has and this one does not: said plainly, because a client would take 404 for a missing object. */
const ABSENT: ReadonlySet<string> = new Set([
  'nodes/proxy',
  'pods/attach',
  'pods/ephemeralcontainers',
  'pods/exec',
  'pods/portforward',
  'pods/proxy',
  'pods/resize',
  'services/proxy',
])

function resolve(
  resource: Resource,
  place: {
    namespace: string | undefined
    name: string | undefined
    subresource: string | undefined
    rest: string | undefined
  },
): Target {
  if (place.rest !== undefined) throw pageNotFound()
  const subresource = resource.subresources.find(({ name }) => name === place.subresource)
  if (place.subresource !== undefined && !subresource) {
    const path = `${resource.plural}/${place.subresource}`
    throw ABSENT.has(path) ? notImplemented(path) : pageNotFound()
  }
  return { resource, namespace: place.namespace, name: place.name, subresource }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badRequest(`invalid URL escape in path segment`)
  }
}

function verbOf(method: string, query: URLSearchParams, { name, subresource }: Target): string {
  switch (method) {
    case 'GET':
      if (name !== undefined || subresource) return 'get'
      return flag(query, 'watch') ? 'watch' : 'list'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete'
    default:
      return method.toLowerCase()
  }
}

/**
 * A collection cannot be replaced, an object that has a name already cannot be created, and over all namespaces one can
 * only read.
 */
function fitsPath(verb: string, { resource, namespace, name, subresource }: Target): boolean {
  if (resource.namespaced && namespace === undefined) return verb === 'list' || verb === 'watch'
  if (verb === 'update' || verb === 'patch') return name !== undefined
  return verb !== 'create' || name === undefined || subresource !== undefined
}

function writeOptionsOf(verb: string, request: Request, query: URLSearchParams): WriteOptions {
  if (verb === 'patch') {
    return writeOptions('PatchOptions', query, {
      apply: mediaType(request).includes('apply-patch'),
    })
  }
  if (verb === 'create') return writeOptions('CreateOptions', query)
  if (verb === 'update') return writeOptions('UpdateOptions', query)
  // A delete takes its options from the body, and from the query only without one: see remove.ts
  return { dryRun: false, fieldManager: '', fieldValidation: 'Warn' }
}

/** The manager a writer names, or the first part of its user agent, as the real server does. */
function managerOf(request: Request, named: string): string {
  if (named !== '') return named
  const agent = request.headers.get('user-agent') ?? ''
  return (agent.split('/')[0] || 'unknown').slice(0, 128)
}
