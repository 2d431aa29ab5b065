import { setTimeout as sleep } from 'node:timers/promises'
import { ApiException, CoreV1Api, KubernetesObjectApi, Watch } from '@kubernetes/client-node'
import type { KubernetesObject } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

const namespace = 'default'

test('a config map is created, replaced, listed and deleted', async () => {
  const core = cluster.config.makeApiClient(CoreV1Api)
  const body = { metadata: { name: 'c', labels: { app: 'x' } }, data: { a: '1' } }
  const made = await core.createNamespacedConfigMap({ namespace, body })
  expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date)
  await core.replaceNamespacedConfigMap({
    namespace,
    name: 'c',
    body: { ...body, data: { a: '2' } },
  })
  const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=x' })
  expect(list.items.map(({ data }) => data)).toEqual([{ a: '2' }])
  await core.deleteNamespacedConfigMap({ namespace, name: 'c' })
  const gone = core.readNamespacedConfigMap({ namespace, name: 'c' })
  await expect(gone).rejects.toMatchObject({ code: 404 })
  await expect(gone).rejects.toBeInstanceOf(ApiException)
})

test('the object API finds kinds by discovery', async () => {
  const objects = KubernetesObjectApi.makeApiClient(cluster.config)
  const made: KubernetesObject = await objects.create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l', namespace },
  })
  expect(made.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/)
})

test('a watch tells of what comes and goes', async () => {
  const core = cluster.config.makeApiClient(CoreV1Api)
  const seen: string[] = []
  const watch = await new Watch(cluster.config).watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { labelSelector: 'app=watched' },
    (type: string) => seen.push(type),
    () => {},
  )
  const body = { metadata: { name: 'w', labels: { app: 'watched' } } }
  await core.createNamespacedConfigMap({ namespace, body })
  await core.deleteNamespacedConfigMap({ namespace, name: 'w' })
  await expect.poll(() => seen, { timeout: 5000 }).toEqual(['ADDED', 'DELETED'])
  watch.abort()
  await sleep(0)
})
