// Manifests as templates and generators leave them: with holes, and with what belongs to other programs beside them.
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

test.for([
  { written: 'null', namespace: null },
  { written: 'an empty text', namespace: '' },
])(
  'a namespace that is $written is none: the object is put into that of the environment',
  async (row) => {
    const metadata = { namespace: row.namespace, labels: null, annotations: null }
    const folder = await createFolder(cluster, configMap('one', { a: 'b' }, metadata))
    const first = await folder.deployer('deploy')
    expect(first).toMatchObject({ code: 0 })
    expect(first.stderr).toContain(`ConfigMap/${folder.namespace}/one  created`)
    const again = await folder.deployer('deploy')
    expect(again.stderr).toContain('✓ Applied: 1 unchanged')
    expect(await folder.deployer('status')).toMatchObject({ code: 0 })
    const rendered = await folder.deployer('render')
    expect(rendered).toMatchObject({ code: 0 })
    expect(rendered.stdout).toMatch(new RegExp(`namespace: "?${folder.namespace}`))
    expect((await folder.deployer('destroy')).stderr).toContain('nothing else is left')
  },
)

test('a custom resource with an empty namespace is put there too, and one of none into none', async () => {
  const folder = await createFolder(cluster)
  const group = `${folder.namespace}.example.com`
  const resources = ['Namespaced', 'Cluster'].flatMap((scope) => [
    definition(group, scope),
    { apiVersion: `${group}/v1`, kind: `${scope}Thing`, metadata: { name: 'one', namespace: '' } },
  ])
  await folder.write(...resources)
  const first = await folder.deployer('deploy')
  expect(first).toMatchObject({ code: 0 })
  expect(first.stderr).toContain(`NamespacedThing/${folder.namespace}/one `)
  expect(first.stderr).toContain('ClusterThing/one ')
  expect((await folder.deployer('deploy')).stderr).toContain('✓ Applied: 4 unchanged')
  expect((await folder.deployer('destroy')).stderr).toContain('nothing else is left')
})

test('a Job without labels has those of its pods, as kubectl apply makes it', async () => {
  const folder = await createFolder(cluster, job({ app: 'once' }))
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  const path = `/apis/batch/v1/namespaces/${folder.namespace}/jobs/once`
  const live = await cluster.client.get(path)
  expect(live.metadata.labels).toMatchObject({ app: 'once' })
  expect((await folder.deployer('deploy', '--no-wait')).stderr).toContain('1 unchanged')
})

test('a Service that becomes headless is replaced, and the plan says so', async () => {
  const folder = await createFolder(cluster, service({}))
  await folder.deployer('deploy', '--no-wait')
  await folder.write(service({ clusterIP: 'None' }))
  const planned = await folder.deployer('plan')
  expect(planned.stdout).toContain('recreate: fields that cannot change on an existing object')
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  const path = `/api/v1/namespaces/${folder.namespace}/services/web`
  expect(await cluster.client.get(path)).toMatchObject({ spec: { clusterIP: 'None' } })
})

test('a kind of which the API server keeps no objects is refused before anything is written', async () => {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: 'one' },
    spec: {},
  }
  const folder = await createFolder(cluster, configMap('one', {}), review)
  await folder.set({ target: 'kind' })
  const { code, stderr } = await folder.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 2 })
  expect(stderr).toContain(
    'the API server keeps no objects of kind SelfSubjectAccessReview (it allows: create), so that none can be deployed',
  )
})

test('what a chart asks to keep stays when the manifests lose it, and when the rest is destroyed', async () => {
  const kept = configMap('kept', {}, { annotations: { 'helm.sh/resource-policy': 'keep' } })
  const folder = await createFolder(cluster, configMap('one', {}), kept)
  await folder.deployer('deploy')
  await folder.write(configMap('one', {}))
  const planned = await folder.deployer('plan')
  expect(planned.stdout).toMatch(/ConfigMap\/\S+\/kept +skip: its helm.sh\/resource-policy is keep/)
  expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('1 deleted; ConfigMap/')
  expect(stderr).toContain('stays: its helm.sh/resource-policy is keep; it belongs to nobody now')
  const live = await cluster.client.get(`/api/v1/namespaces/${folder.namespace}/configmaps/kept`)
  expect(Object.keys(live.metadata.labels ?? {})).not.toContain('applyset.kubernetes.io/part-of')
})

test('a folder that holds only folders says so, and which', async () => {
  const folder = await createFolder(cluster, configMap('one', {}))
  await mkdir(join(folder.folder, 'base'))
  await rename(join(folder.folder, 'all.yaml'), join(folder.folder, 'base', 'all.yaml'))
  const { code, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 2 })
  expect(stderr).toContain('holds no .yaml, .yml or .json file, only folders (base)')
  expect(stderr).toContain('name the one with the manifests')
})

function definition(group: string, scope: string) {
  const kind = `${scope}Thing`
  const plural = `${kind.toLowerCase()}s`
  const openAPIV3Schema = { type: 'object' }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural },
      scope,
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  }
}

function job(labels: object) {
  const containers = [{ name: 'once', image: 'once:1' }]
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers } }
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template } }
}

function service(spec: object) {
  const ports = [{ port: 80 }]
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports, ...spec },
  }
}
