import { createHash } from 'node:crypto'
import { NoSuchPath, pageNotFound } from '../errors.ts'
import { groupVersion } from '../resources/resource.ts'
import type { Resource } from '../resources/resource.ts'
import type { Api } from './api.ts'
import { json } from './respond.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Which version of Kubernetes this stands in for. */
export const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-07-15T00:00:00Z',
  goVersion: 'none: keyless-cosmos local/kubernetes',
  compiler: 'node',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
} as const

/** `/api`, `/apis` and what is below them up to the version: which kinds there are. */
export function discover(api: Api, request: Request): Response {
  const path = new URL(request.url).pathname.replace(/\/$/, '')
  const isAggregated = (request.headers.get('accept') ?? '')
    .replaceAll(' ', '')
    .includes(AGGREGATED)
  const groups = grouped(api.registry.all())
  const [, root, first, second] = path.split('/')
  if (root === 'api' && first === undefined) {
    return isAggregated ? aggregated(groups.filter(([name]) => name === '')) : json(coreVersions())
  }
  if (root === 'api') return resourceList(groups, '', first ?? '')
  const named = groups.filter(([name]) => name !== '')
  if (first === undefined) {
    return isAggregated
      ? aggregated(named)
      : json({ kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(apiGroup) })
  }
  if (second !== undefined) return resourceList(groups, first, second)
  const group = named.find(([name]) => name === first)
  if (!group) throw new NoSuchPath()
  return json({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) })
}

type Group = readonly [name: string, resources: readonly Resource[]]

function grouped(resources: readonly Resource[]): readonly Group[] {
  const names = [...new Set(resources.map(({ group }) => group))]
  return names.map((name) => [name, resources.filter(({ group }) => group === name)])
}

function coreVersions(): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
  }
}

function apiGroup([name, resources]: Group): object {
  const versions = versionsOf(resources).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }))
  return { name, versions, preferredVersion: versions[0] }
}

function versionsOf(resources: readonly Resource[]): readonly string[] {
  return [...new Set(resources.map(({ version }) => version))]
}

function resourceList(groups: readonly Group[], name: string, version: string): Response {
  const resources = (groups.find(([one]) => one === name)?.[1] ?? []).filter(
    (one) => one.version === version,
  )
  const [first] = resources
  if (!groups.some(([one]) => one === name)) throw new NoSuchPath()
  if (!first) throw pageNotFound()
  return json({
    kind: 'APIResourceList',
    ...(name === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: groupVersion(first),
    resources: resources.flatMap(apiResources),
  })
}

function apiResources(resource: Resource): readonly object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(verbs.includes('get') ? { storageVersionHash: storageHash(resource) } : {}),
  }
  return [
    main,
    ...resource.subresources.map((one) => ({
      name: `${plural}/${one.name}`,
      singularName: '',
      namespaced,
      ...(one.group === undefined ? {} : { group: one.group, version: one.version }),
      kind: one.kind,
      verbs: one.verbs,
    })),
  ]
}

/** Tells which version a kind is stored in; events of both groups are stored as those of the core group. */
function storageHash({ collection, version, kind }: Resource): string {
  const [group = ''] = collection.split('/')
  const name = `${group}/${version}/${kind}`
  return createHash('sha256').update(name).digest().subarray(0, 8).toString('base64')
}

function aggregated(groups: readonly Group[]): Response {
  const body = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(([name, resources]) => ({
      metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
      versions: versionsOf(resources).map((version) => ({
        version,
        freshness: 'Current',
        resources: resources.filter((one) => one.version === version).map(aggregatedResource),
      })),
    })),
  }
  return json(body, 200, { 'content-type': AGGREGATED })
}

function aggregatedResource(resource: Resource): object {
  const responseKind = (one: {
    readonly group?: string
    readonly version?: string
    readonly kind: string
  }) => ({
    group: one.group ?? resource.group,
    version: one.version ?? resource.version,
    kind: one.kind,
  })
  const { plural, singular, namespaced, verbs, shortNames, categories, subresources } = resource
  return {
    resource: plural,
    responseKind: responseKind({ kind: resource.kind }),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map((one) => ({
            subresource: one.name,
            responseKind: responseKind(one),
            verbs: one.verbs,
          })),
        }),
  }
}
