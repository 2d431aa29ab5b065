// What people write in manifests, and what the API server makes of it: a plan must see the same object in both.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

test('a namespace on an object of none makes no second object, which the next deploy would prune', async () => {
  const folder = await createFolder(cluster)
  const name = `reader-${folder.namespace}`
  const metadata = { name, namespace: 'somewhere' }
  await folder.write({ apiVersion: RBAC, kind: 'ClusterRole', metadata, rules: [] })
  expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
  const again = await folder.deployer('deploy')
  expect(again).toMatchObject({ code: 0 })
  expect(again.stderr).toContain(`ClusterRole/${name} `)
  expect(again.stderr).toContain('✓ Applied: 1 unchanged')
  await cluster.client.get(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`)
  expect(await folder.deployer('destroy')).toMatchObject({ code: 0 })
})

test('an object written twice, with its namespace and without, is refused', async () => {
  const folder = await createFolder(cluster)
  const { namespace } = folder
  await folder.write(configMap('one', { a: '1' }), configMap('one', { a: '2' }, { namespace }))
  const { code, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 2 })
  const subject = `ConfigMap/${namespace}/one`
  expect(stderr).toContain(`${subject} is written twice, with its namespace and without`)
})

test('a port whose protocol is left to its default again is changed', async () => {
  const folder = await createFolder(cluster, service({ port: 53, protocol: 'UDP' }))
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  await folder.write(service({ port: 53 }))
  const { code, stderr } = await folder.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const live = await cluster.client.get(`/api/v1/namespaces/${folder.namespace}/services/names`)
  expect(live).toMatchObject({ spec: { ports: [{ port: 53, protocol: 'TCP' }] } })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})

test('a key that is gone from the plain values of a Secret is gone from the Secret', async () => {
  const folder = await createFolder(cluster, secret({ kept: 'long-one', gone: 'long-two' }))
  await folder.deployer('deploy')
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
  await folder.write(secret({ kept: 'long-one' }))
  const planned = await folder.deployer('plan')
  expect(planned.stdout).toContain('.data.gone: "*** (before)" → absent')
  await folder.deployer('deploy')
  const live = await cluster.client.get(`/api/v1/namespaces/${folder.namespace}/secrets/two`)
  expect(live).toMatchObject({ data: { kept: 'bG9uZy1vbmU=' } })
  expect(live['data']).not.toHaveProperty('gone')
})

test('an object with the longest name of its kind can be replaced', async () => {
  const folder = await createFolder(cluster, job('x:1'))
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  await folder.write(job('x:2'))
  const { code, stdout, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toContain('recreate: fields that cannot change on an existing object')
})

function service(port: object) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'names' },
    spec: { selector: { app: 'names' }, ports: [port] },
  }
}

function secret(stringData: object) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'two' },
    stringData,
  }
}

function job(image: string) {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `nightly.${'a'.repeat(55)}` },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image }] } } },
  }
}
