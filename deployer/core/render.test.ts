import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Environment } from './environment.ts'
import { objectOf, parseManifests } from './manifests.ts'
import type { Manifest } from './manifests.ts'
import { at, listAt } from './object.ts'
import { objectSet } from './ownership.ts'
import { renderedYaml, renderWorker, stampOwnership } from './render.ts'

const MANIFESTS = parseManifests(
  readdirSync('manifests')
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ name, text: readFileSync(join('manifests', name), 'utf8') })),
)
const [TRUST_ROOT] = parseManifests([
  { name: 'trust-root', text: readFileSync('manifests/trust-root/config-map.yaml', 'utf8') },
])
const ENVIRONMENT: Environment = {
  name: 'test',
  target: 'aks',
  cluster: { context: 'test' },
  namespace: 'elsewhere',
  identity: {
    clientId: 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27',
    tenantId: '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11',
  },
  cosmos: { endpoint: 'https://a.example/', database: 'd', container: 'c' },
  image: 'example/worker:2',
  document: 'a: b\n---\nkind: Secret #',
}

function render(environment: Environment, trustRoot?: string): readonly Manifest[] {
  const trust =
    trustRoot && TRUST_ROOT ? { manifest: TRUST_ROOT, certificates: trustRoot } : undefined
  const rendered = renderWorker(MANIFESTS, environment, trust)
  return stampOwnership(rendered, objectSet(environment.name, environment.namespace))
}

function find(manifests: readonly Manifest[], kind: string, name: string): unknown {
  return manifests.map(objectOf).find((one) => one.kind === kind && one.metadata.name === name)
}

function digest(environment: Environment): unknown {
  const pod = find(render(environment), 'Pod', 'demo')
  return at(pod, 'metadata', 'annotations', 'keyless-cosmos/inputs')
}

test('every value reaches its place, and the namespace every object', () => {
  const rendered = render({ ...ENVIRONMENT, egressPorts: [8443, 9443], deadlineSeconds: 7 })
  expect(find(rendered, 'Namespace', 'elsewhere')).toBeDefined()
  expect(at(find(rendered, 'ConfigMap', 'worker'), 'data')).toEqual({
    COSMOS_ENDPOINT: 'https://a.example/',
    COSMOS_DATABASE: 'd',
    COSMOS_CONTAINER: 'c',
    DOCUMENT_NAME: ENVIRONMENT.document,
    DEADLINE_SECONDS: '7',
  })
  const annotations = at(find(rendered, 'ServiceAccount', 'worker'), 'metadata', 'annotations')
  expect(annotations).toMatchObject({
    'azure.workload.identity/client-id': ENVIRONMENT.identity.clientId,
    'azure.workload.identity/tenant-id': ENVIRONMENT.identity.tenantId,
  })
  const pod = find(rendered, 'Pod', 'demo')
  expect(at(pod, 'spec', 'containers', 0, 'image')).toBe('example/worker:2')
  const ports = at(find(rendered, 'NetworkPolicy', 'worker-egress'), 'spec', 'egress', 1, 'ports')
  expect(ports).toEqual([8443, 9443].map((port) => ({ port, protocol: 'TCP' })))
  const namespaces = rendered.map(objectOf).map((one) => one.metadata.namespace)
  expect(new Set(namespaces)).toEqual(new Set([undefined, 'elsewhere']))
})

test('a value cannot become structure: the stream holds the same objects, whatever the value', () => {
  const yaml = renderedYaml(render(ENVIRONMENT))
  const kinds = parseAllDocuments(yaml).map((document) => document.get('kind'))
  expect(kinds).toEqual(['Namespace', 'NetworkPolicy', 'ServiceAccount', 'ConfigMap', 'Pod'])
})

function head(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`
}

test('one line is between two documents, whatever stood at the beginning of each', () => {
  const manifests = parseManifests([
    { name: 'a.yaml', text: `%YAML 1.2\n---\n${head('a')}---\n${head('b')}---\n` },
    { name: 'b.yaml', text: `---\n# why\n${head('c')}` },
  ])
  expect(renderedYaml(manifests)).toBe(`${head('a')}---\n${head('b')}---\n# why\n${head('c')}`)
})

test('the same input gives the same bytes, and comments stay', () => {
  const yaml = renderedYaml(render(ENVIRONMENT))
  expect(renderedYaml(render(ENVIRONMENT))).toBe(yaml)
  expect(yaml).toContain('# Who the pod is.')
  expect(yaml).not.toMatch(/[ \t]$/m)
})

test('the trust root is an object, a mount and one variable, and nothing of it is there without', () => {
  const plain = renderedYaml(render(ENVIRONMENT))
  expect(plain).not.toContain('NODE_EXTRA_CA_CERTS')
  const rendered = render({ ...ENVIRONMENT, target: 'local' }, 'PEM')
  expect(at(find(rendered, 'ConfigMap', 'trust-root'), 'data')).toEqual({ 'ca.crt': 'PEM' })
  const pod = find(rendered, 'Pod', 'demo')
  expect(at(pod, 'spec', 'volumes', 0, 'configMap', 'name')).toBe('trust-root')
  expect(JSON.stringify(at(pod, 'spec', 'containers', 0))).toContain(
    '/etc/keyless-cosmos/trust/ca.crt',
  )
})

test('a token service of its own is one more variable of the container', () => {
  const authorityHost = 'https://entra.example/'
  const identity = { ...ENVIRONMENT.identity, authorityHost }
  expect(renderedYaml(render(ENVIRONMENT))).not.toContain('AZURE_AUTHORITY_HOST')
  const pod = find(render({ ...ENVIRONMENT, target: 'kind', identity }, 'PEM'), 'Pod', 'demo')
  expect(listAt(pod, 'spec', 'containers', 0, 'env').slice(-2)).toEqual([
    { name: 'AZURE_AUTHORITY_HOST', value: authorityHost },
    { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/keyless-cosmos/trust/ca.crt' },
  ])
})

test('a pod that reads other configuration carries another digest', () => {
  expect(digest(ENVIRONMENT)).toBe(digest({ ...ENVIRONMENT, image: 'example/worker:3' }))
  expect(digest(ENVIRONMENT)).not.toBe(digest({ ...ENVIRONMENT, document: 'other' }))
  const identity = { ...ENVIRONMENT.identity, clientId: ENVIRONMENT.identity.tenantId }
  expect(digest(ENVIRONMENT)).not.toBe(digest({ ...ENVIRONMENT, identity }))
})

test('a missing object is named with what to do', () => {
  const withoutPod = MANIFESTS.filter((one) => objectOf(one).kind !== 'Pod')
  expect(() => renderWorker(withoutPod, ENVIRONMENT)).toThrow('the manifests hold no Pod "demo"')
})

test('a slip of the finger in a kind or a name is pointed at', () => {
  const misspelt = withConfigMap(['kind'], 'ConfigMpa')
  expect(() => renderWorker(misspelt, ENVIRONMENT)).toThrow(/:\d+ has ConfigMpa "worker" instead$/)
  const renamed = withConfigMap(['metadata', 'name'], 'wroker')
  expect(() => renderWorker(renamed, ENVIRONMENT)).toThrow(/:\d+ has ConfigMap "wroker" instead$/)
})

function withConfigMap(path: readonly string[], value: string): readonly Manifest[] {
  return MANIFESTS.map(({ document, place }) => {
    const copy = document.clone()
    if (copy.get('kind') === 'ConfigMap') copy.setIn(path, value)
    return { document: copy, place }
  })
}
