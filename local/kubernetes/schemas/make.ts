/* oxlint-disable no-console -- a command for whoever moves to another Kubernetes version */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonObject } from '../object.ts'

/**
 * Rewrites `schemas.json` and `go-types.json` beside it; README.md says what they are and how to run this.
 *
 *   npx node local/kubernetes/schemas/make.ts OPENAPI_FOLDER GO_MODULE_CACHE VERSION
 */
const GROUP_VERSIONS = [
  'api/v1',
  'apis/apiextensions.k8s.io/v1',
  'apis/apps/v1',
  'apis/authentication.k8s.io/v1',
  'apis/authorization.k8s.io/v1',
  'apis/autoscaling/v1',
  'apis/batch/v1',
  'apis/coordination.k8s.io/v1',
  'apis/events.k8s.io/v1',
  'apis/networking.k8s.io/v1',
  'apis/policy/v1',
  'apis/rbac.authorization.k8s.io/v1',
]

const KINDS = new Set(
  (
    'Namespace ServiceAccount ConfigMap Secret Pod Binding Event Node Service ResourceQuota Deployment ReplicaSet Job CronJob ' +
    'Lease NetworkPolicy PodDisruptionBudget Eviction Role RoleBinding ClusterRole ClusterRoleBinding CustomResourceDefinition ' +
    'Scale TokenRequest TokenReview SelfSubjectReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview ' +
    'LocalSubjectAccessReview DeleteOptions Status Patch APIResourceList'
  ).split(' '),
)

/** Where the Go source of a schema's package is, under the module cache. */
const GO_PACKAGES: readonly (readonly [prefix: string, module: string])[] = [
  ['io.k8s.api.', 'api'],
  ['io.k8s.apimachinery.', 'apimachinery'],
  ['io.k8s.apiextensions-apiserver.', 'apiextensions-apiserver'],
]

async function main(openapiFolder: string, moduleCache: string, version: string): Promise<void> {
  const schemas = await readSchemas(openapiFolder)
  const wanted = new Map<string, JsonObject>()
  for (const [name, schema] of schemas) {
    const kind = name.slice(name.lastIndexOf('.') + 1)
    const root = KINDS.has(kind) || (kind.endsWith('List') && KINDS.has(kind.slice(0, -4)))
    if (root) collect(name, schema, schemas, wanted)
  }
  const names = [...wanted.keys()].toSorted()
  await writeLines('schemas.json', names, (name) => wanted.get(name))
  const goTypes = await readGoTypes(moduleCache, version, names)
  await writeLines('go-types.json', [...goTypes.keys()], (name) => goTypes.get(name))
  const messages = await readMessages(moduleCache, version, [...names, ...ENVELOPES])
  await writeLines('protobuf.json', [...messages.keys()].toSorted(), (name) => messages.get(name))
  const columns = await readColumns(openapiFolder)
  await writeLines('columns.json', [...columns.keys()].toSorted(), (name) => columns.get(name))
  console.error(`${names.length} schemas, ${goTypes.size} Go types`)
}

async function readSchemas(folder: string): Promise<Map<string, JsonObject>> {
  const schemas = new Map<string, JsonObject>()
  for (const groupVersion of GROUP_VERSIONS) {
    const file = join(folder, `${groupVersion.replaceAll('/', '_')}.json`)
    const document = JSON.parse(await readFile(file, 'utf8')) as {
      components: { schemas: Record<string, JsonObject> }
    }
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      // DeleteOptions and WatchEvent name the kinds of every group in every document; one is enough
      const kinds = schema['x-kubernetes-group-version-kind']
      if (Array.isArray(kinds) && kinds.length > 3) delete schema['x-kubernetes-group-version-kind']
      schemas.set(name, schema)
    }
  }
  return schemas
}

/** Column definitions by `group/plural`, from saved tables such as `table_apis_apps_v1_deployments.json`. */
async function readColumns(folder: string): Promise<Map<string, unknown>> {
  const columns = new Map<string, unknown>()
  for (const file of await readdir(folder)) {
    const [, path = ''] = /^table_(.*)\.json$/.exec(file) ?? []
    if (path === '') continue
    const parts = path.split('_')
    const group = parts[0] === 'api' ? '' : (parts[1] ?? '')
    const table = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
      columnDefinitions: unknown
    }
    columns.set(`${group}/${parts.at(-1)}`, table.columnDefinitions)
  }
  return columns
}

function collect(
  name: string,
  schema: JsonObject,
  all: ReadonlyMap<string, JsonObject>,
  into: Map<string, JsonObject>,
): void {
  if (into.has(name)) return
  into.set(name, schema)
  for (const match of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    const target = match[1] ?? ''
    const next = all.get(target)
    if (next !== undefined) collect(target, next, all, into)
  }
}

type GoStruct = readonly GoField[]

interface GoField {
  readonly json: string
  readonly type: string
  readonly options: string
  /** `bytes,2,opt,name=volumeSource`, empty where the field is not sent. */
  readonly protobuf: string
}

/** Structures that carry others, or that no schema names because they are written in place. */
const ENVELOPES = ['io.k8s.apimachinery.pkg.util.intstr.IntOrString']

async function readGoTypes(
  moduleCache: string,
  version: string,
  names: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const packages = new Map<string, Map<string, GoStruct>>()
  const found = new Map<string, Record<string, string>>()
  for (const name of names) {
    const owner = GO_PACKAGES.find(([prefix]) => name.startsWith(prefix))
    if (owner === undefined) continue
    const [prefix, module] = owner
    const packagePath = name.slice(prefix.length, name.lastIndexOf('.')).replaceAll('.', '/')
    const folder = join(moduleCache, 'k8s.io', `${module}@${version}`, packagePath)
    if (!packages.has(folder)) packages.set(folder, await readPackage(folder))
    const structs = packages.get(folder) ?? new Map<string, GoStruct>()
    const fields = flatten(name.slice(name.lastIndexOf('.') + 1), structs)
    if (Object.keys(fields).length > 0) found.set(name, fields)
  }
  return found
}

async function readPackage(folder: string): Promise<Map<string, GoStruct>> {
  const structs = new Map<string, GoStruct>()
  const packageName = folder.slice(folder.lastIndexOf('/') + 1)
  for (const file of await readdir(folder)) {
    if (!/^(types|micro|time|duration|intstr|quantity|.*types).*\.go$/.test(file) || file.includes('_test')) continue
    const source = await readFile(join(folder, file), 'utf8')
    for (const match of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      structs.set(match[1] ?? '', fieldsOf(match[2] ?? '', packageName))
      STRUCTS.add(`${schemaPrefix(folder)}.${match[1] ?? ''}`)
    }
  }
  return structs
}

/** `…/api@v0.36.3/core/v1` → `io.k8s.api.core.v1` */
function schemaPrefix(folder: string): string {
  const [, module = '', path = ''] = /\/k8s\.io\/([^@/]+)@[^/]+\/(.*)$/.exec(folder) ?? []
  const prefix = GO_PACKAGES.find(([, one]) => one === module)?.[0] ?? ''
  return `${prefix}${path.replaceAll('/', '.')}`
}

function fieldsOf(body: string, packageName: string): GoStruct {
  const fields = []
  for (const line of body.matchAll(/^\t(?:(\w+)[ \t]+)?(\S+)[ \t]+`([^`]*)`/gm)) {
    const tag = /json:"([^"]*)"/.exec(line[3] ?? '')?.[1]
    if (tag === undefined || tag === '-') continue
    const [json = '', ...options] = tag.split(',')
    const protobuf = /protobuf:"([^"]*)"/.exec(line[3] ?? '')?.[1] ?? ''
    const type = qualify(line[2] ?? '', packageName)
    fields.push({ json, type, options: options.join(','), protobuf })
  }
  return fields
}

/** `*Container` of package v1 is reported by Go's decoder as `*v1.Container`. */
function qualify(type: string, packageName: string): string {
  return type.replace(/(^|[\]*])([A-Z]\w*)$/, `$1${packageName}.$2`).replace('metav1.', 'v1.')
}

function flatten(name: string, structs: ReadonlyMap<string, GoStruct>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const field of structs.get(name) ?? []) {
    if (field.json !== '') {
      const keep = field.options.split(',').filter((option) => option !== '')
      result[field.json] = [field.type, ...keep].join(',')
    } else if (field.options.includes('inline')) {
      Object.assign(result, flatten(field.type.slice(field.type.lastIndexOf('.') + 1), structs))
    }
  }
  return result
}

/**
 * How each structure is sent as protobuf: field number → `JSON name, kind[, structure]`. A kind is `string`, `bytes`, `int`, `bool`,
 * `message`, with `repeated ` or `map ` before it. An empty JSON name is a structure whose fields stand in their owner.
 */
async function readMessages(
  moduleCache: string,
  version: string,
  names: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const packages = new Map<string, Map<string, GoStruct>>()
  const found = new Map<string, Record<string, string>>()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const owner = GO_PACKAGES.find(([prefix]) => name?.startsWith(prefix))
    if (owner === undefined || found.has(name)) continue
    const [prefix, module] = owner
    const packagePath = name.slice(prefix.length, name.lastIndexOf('.')).replaceAll('.', '/')
    const folder = join(moduleCache, 'k8s.io', `${module}@${version}`, packagePath)
    if (!packages.has(folder)) packages.set(folder, await readPackage(folder))
    const struct = packages.get(folder)?.get(name.slice(name.lastIndexOf('.') + 1))
    if (struct === undefined) continue
    const base = name.slice(0, name.lastIndexOf('.'))
    const message: Record<string, string> = {}
    for (const field of struct) {
      const [wire = '', number = ''] = field.protobuf.split(',')
      if (number === '') continue
      const { kind, target } = protobufKind(field.type, wire, base)
      message[number] = [field.json, kind, ...(target === undefined ? [] : [target])].join(',')
      if (target !== undefined) waiting.push(target)
    }
    found.set(name, message)
  }
  return found
}

const SHARED: Readonly<Record<string, string>> = {
  'intstr.IntOrString': 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'resource.Quantity': 'io.k8s.apimachinery.pkg.api.resource.Quantity',
}
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const CORE = 'io.k8s.api.core.v1'

function protobufKind(
  type: string,
  wire: string,
  base: string,
): { readonly kind: string; readonly target?: string } {
  const number = /^(\[\])?\*?(u?int\d*|bool)$/.exec(type)
  if (number !== null || wire === 'varint') {
    const kind = number?.[2] === 'bool' ? 'bool' : 'int'
    return { kind: type.startsWith('[]') ? `repeated ${kind}` : kind }
  }
  if (type === '[]byte') return { kind: 'bytes' }
  if (type === 'map[string][]byte') return { kind: 'map bytes' }
  if (type.endsWith('ResourceList')) return { kind: 'map message', target: SHARED['resource.Quantity'] ?? '' }
  if (type.startsWith('map[string]')) return mapKind(type.slice('map[string]'.length), base)
  const repeated = type.startsWith('[]') ? 'repeated ' : ''
  const bare = type.replace(/^(\[\])?\*?/, '')
  const target = structName(bare, base)
  return target === undefined ? { kind: `${repeated}string` } : { kind: `${repeated}message`, target }
}

function mapKind(value: string, base: string): { readonly kind: string; readonly target?: string } {
  const target = structName(value, base)
  return target === undefined ? { kind: 'map string' } : { kind: 'map message', target }
}

/** Named types that are text, not structures: `v1.RestartPolicy`; told apart by the sources once they are read. */
function structName(type: string, base: string): string | undefined {
  if (SHARED[type] !== undefined) return SHARED[type]
  if (!/^(core)?v1\.[A-Z]/.test(type)) return undefined
  const name = type.slice(type.indexOf('.') + 1)
  const home = [base, META, CORE].find((one) => STRUCTS.has(`${one}.${name}`))
  return home === undefined ? undefined : `${home}.${name}`
}

/** Every structure seen, by schema-like name; filled while packages are read. */
const STRUCTS = new Set<string>()

async function writeLines(
  file: string,
  names: readonly string[],
  value: (name: string) => unknown,
): Promise<void> {
  const lines = names.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(value(name))}`)
  await writeFile(join(import.meta.dirname, file), `{\n${lines.join(',\n')}\n}\n`)
}

const [openapiFolder, moduleCache, version] = process.argv.slice(2)
if (openapiFolder === undefined || moduleCache === undefined || version === undefined) {
  console.error('usage: make.ts OPENAPI_FOLDER GO_MODULE_CACHE VERSION, see README.md')
  process.exitCode = 2
} else {
  await main(openapiFolder, moduleCache, version)
}
