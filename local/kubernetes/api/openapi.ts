import { createHash } from 'node:crypto'
import { notAcceptable, pageNotFound } from '../errors.ts'
import type { JsonObject } from '../object.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import { catalog } from '../schema/catalog.ts'
import type { Api } from './api.ts'
import { VERSION } from './discovery.ts'
import { json } from './respond.ts'

/** `/openapi/v3` and one document per group and version, from the schemas this server decodes by. */
export function openapi(api: Api, request: Request): Response {
  const accept = request.headers.get('accept') ?? '*/*'
  if (!accept.includes('json') && !accept.includes('*/*')) throw notAcceptable()
  const url = new URL(request.url)
  const versions = versionsOf(api.registry.all())
  if (/^\/openapi\/v3\/?$/.test(url.pathname)) return json({ paths: index(versions) })
  const path = url.pathname.replace('/openapi/v3/', '')
  const resources = versions.get(path)
  if (!resources) throw pageNotFound()
  return json(document(path, resources), 200, { etag: JSON.stringify(hash(resources)) })
}

type Versions = ReadonlyMap<string, readonly Resource[]>

function versionsOf(resources: readonly Resource[]): Versions {
  const versions = new Map<string, readonly Resource[]>()
  for (const resource of resources) {
    const path = basePath(resource)
    versions.set(path, [...(versions.get(path) ?? []), resource])
  }
  return versions
}

function basePath(resource: Resource): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${groupVersion(resource)}`
}

function index(versions: Versions): object {
  return Object.fromEntries(
    [...versions].map(([path, resources]) => [
      path,
      { serverRelativeURL: `/openapi/v3/${path}?hash=${hash(resources)}` },
    ]),
  )
}

function hash(resources: readonly Resource[]): string {
  const content = resources.map(({ plural, custom }) => [plural, custom?.schema])
  return createHash('sha256')
    .update(JSON.stringify(content))
    .digest('hex')
    .slice(0, 32)
    .toUpperCase()
}

function document(path: string, resources: readonly Resource[]): object {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: VERSION.gitVersion },
    paths: Object.fromEntries(resources.flatMap((resource) => paths(path, resource))),
    components: { schemas: schemas(resources) },
  }
}

/** What clients look for: which kind a path takes, and that its writes know `fieldValidation` and `dryRun`. */
function paths(base: string, resource: Resource): readonly (readonly [string, object])[] {
  const collection = `/${base}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`
  const kind = { group: resource.group, kind: resource.kind, version: resource.version }
  const operation = (action: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
    parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string', uniqueItems: true },
    })),
    responses: { 200: { description: 'OK' } },
  })
  return [
    [collection, { post: operation('post') }],
    [`${collection}/{name}`, { put: operation('put'), patch: operation('patch') }],
  ]
}

/** The kinds' own schemas and everything they refer to. */
function schemas(resources: readonly Resource[]): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const follow = (name: string) => {
    if (name in found) return
    const schema = catalog.schema(name)
    if (!schema) return
    found[name] = schema
    for (const reference of references(schema)) follow(reference)
  }
  for (const resource of resources) {
    if (!resource.custom) follow(resource.shape().name)
    else {
      const { name, schema } = customSchema(resource)
      found[name] = schema
      for (const reference of references(schema)) follow(reference)
    }
  }
  return found
}

function customSchema(resource: Resource): { readonly name: string; readonly schema: JsonObject } {
  const { group, version, kind, custom } = resource
  const properties = custom?.schema['properties']
  const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
  return {
    name: `${group.split('.').toReversed().join('.')}.${version}.${kind}`,
    schema: {
      ...custom?.schema,
      properties: {
        ...(typeof properties === 'object' ? properties : {}),
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [{ $ref: `#/components/schemas/${meta}` }] },
      },
      'x-kubernetes-group-version-kind': [{ group, kind, version }],
    },
  }
}

function references(schema: unknown): readonly string[] {
  const matches = JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)
  return [...matches].flatMap(([, name]) => name ?? [])
}
