import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at } from '../../local/kubernetes/object.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { deployment, podSpec } from './workloads.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster({ node: true })
})
afterAll(() => cluster.close())

const isBound = (pod: KubeObject) => at(pod, 'spec', 'nodeName') !== undefined

function pod(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { ...podSpec(), ...spec },
  }
}

test('a namespace gets its service account and root certificate, and gets them back', async () => {
  const namespace = await cluster.namespace()
  const path = `/api/v1/namespaces/${namespace}`
  const map = await cluster.until(`${path}/configmaps/kube-root-ca.crt`, () => true)
  expect(at(map, 'data', 'ca.crt')).toContain('BEGIN CERTIFICATE')
  await cluster.client.delete(`${path}/serviceaccounts/default`)
  await cluster.until(`${path}/serviceaccounts/default`, () => true)
  const edit = { data: { 'ca.crt': 'something else' } }
  await cluster.client.patch(
    `${path}/configmaps/kube-root-ca.crt`,
    'application/merge-patch+json',
    edit,
  )
  await cluster.until(`${path}/configmaps/kube-root-ca.crt`, (live) =>
    String(at(live, 'data', 'ca.crt')).includes('BEGIN CERTIFICATE'),
  )
})

test('a pod that fits nowhere says why, and is bound when a node comes that fits', async () => {
  const namespace = await cluster.namespace()
  const pods = `/api/v1/namespaces/${namespace}/pods`
  await cluster.client.create(pods, pod('demo', { nodeSelector: { zone: namespace } }))
  const message =
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
  const waiting = await cluster.until(
    `${pods}/demo`,
    (live) => at(live, 'status', 'conditions') !== undefined,
  )
  expect(at(waiting, 'status', 'conditions')).toEqual([
    expect.objectContaining({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      observedGeneration: 1,
      message,
    }),
  ])
  expect(await cluster.events(namespace)).toEqual([`Warning FailedScheduling ${message}`])
  await cluster.join('node-2', { zone: namespace })
  const bound = await cluster.until(`${pods}/demo`, isBound)
  expect(at(bound, 'spec', 'nodeName')).toBe('node-2')
  expect(await cluster.events(namespace)).toContain(
    `Normal Scheduled Successfully assigned ${namespace}/demo to node-2`,
  )
})

test('a pod that asks for more than there is left waits for it', async () => {
  const namespace = await cluster.namespace()
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const asking = (cpu: string) => ({
    nodeSelector: { zone: namespace },
    containers: [{ name: 'app', image: 'app:1', resources: { requests: { cpu } } }],
  })
  await cluster.join('node-3', { zone: namespace })
  await cluster.client.create(pods, pod('first', asking('3')))
  await cluster.until(`${pods}/first`, isBound)
  await cluster.client.create(pods, pod('second', asking('2')))
  const waiting = await cluster.until(
    `${pods}/second`,
    (live) => at(live, 'status', 'conditions', 0, 'reason') === 'Unschedulable',
  )
  expect(at(waiting, 'status', 'conditions', 0, 'message')).toMatch(
    /^0\/\d nodes are available: 1 Insufficient cpu, \d node\(s\) didn't match Pod's node affinity\/selector\. no new claims to deallocate, preemption: 0\/\d nodes are available: 1 No preemption victims found for incoming pod, \d Preemption is not helpful for scheduling\.$/,
  )
  await cluster.client.delete(`${pods}/first`)
  await cluster.until(`${pods}/second`, isBound)
})

const used = (pods: string) => (live: KubeObject) => at(live, 'status', 'used', 'pods') === pods

test('a quota shows what is used, refuses what is beyond it, and the workload says so', async () => {
  const namespace = await cluster.namespace()
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`
  const spec = { hard: { pods: '1', 'count/configmaps': '5' } }
  const metadata = { name: 'few' }
  await cluster.client.create(path, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec })
  const empty = await cluster.until(`${path}/few`, used('0'))
  expect(empty.status).toEqual({ hard: spec.hard, used: { pods: '0', 'count/configmaps': '1' } })

  const apps = `/apis/apps/v1/namespaces/${namespace}/deployments`
  await cluster.client.create(apps, deployment('web', { replicas: 2 }))
  const live = await cluster.until(`${apps}/web`, (object) =>
    JSON.stringify(object.status).includes('ReplicaFailure'),
  )
  expect(JSON.stringify(live.status)).toMatch(
    /is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1/,
  )
  await cluster.until(`${path}/few`, used('1'))
  await cluster.client.delete(`${apps}/web`)
  await cluster.until(`${path}/few`, used('0'))
})

async function withDeployment(): Promise<{
  namespace: string
  web: string
  list: () => Promise<number>
}> {
  const namespace = await cluster.namespace()
  const apps = `/apis/apps/v1/namespaces/${namespace}`
  await cluster.client.create(`${apps}/deployments`, deployment('web', { replicas: 2 }))
  const web = `${apps}/deployments/web`
  await cluster.until(web, (live) => at(live, 'status', 'availableReplicas') === 2)
  const list = async () => {
    const sets = await cluster.client.list(`${apps}/replicasets`)
    const pods = await cluster.client.list(`/api/v1/namespaces/${namespace}/pods`)
    return sets.items.length + pods.items.length
  }
  return { namespace, web, list }
}

test('deletion in the background takes the ReplicaSet and the pods with it', async () => {
  const { web, list } = await withDeployment()
  await cluster.client.delete(web, { propagationPolicy: 'Background' })
  await expect.poll(list, { timeout: 5000 }).toBe(0)
})

test('deletion in the foreground keeps the Deployment until its dependents are gone', async () => {
  const { web, list } = await withDeployment()
  const answer = await cluster.client.delete(web, { propagationPolicy: 'Foreground' })
  expect(answer.metadata.finalizers).toContain('foregroundDeletion')
  await cluster.untilGone(web)
  expect(await list()).toBe(0)
})

test('orphans stay, and a namesake adopts them', async () => {
  const { namespace, web, list } = await withDeployment()
  await cluster.client.delete(web, { propagationPolicy: 'Orphan' })
  await cluster.untilGone(web)
  expect(await list()).toBe(3)
  const sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`
  const [orphan] = (await cluster.client.list(sets)).items
  expect(orphan?.metadata.ownerReferences ?? []).toEqual([])
  await cluster.client.create(
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    deployment('web', { replicas: 2 }),
  )
  const adopted = await cluster.until(
    `${sets}/${orphan?.metadata.name}`,
    ({ metadata }) => metadata.ownerReferences?.length === 1,
  )
  expect(adopted.metadata.uid).toBe(orphan?.metadata.uid)
  expect(await list()).toBe(3)
})

function map(name: string, ownerReferences: object[]): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences } }
}

test('an object whose owner never was is collected, one with another owner is kept', async () => {
  const namespace = await cluster.namespace()
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const owner = await cluster.client.create(maps, map('owner', []))
  const absent = { apiVersion: 'v1', kind: 'ConfigMap', name: 'absent', uid: 'no-such-uid' }
  const { uid } = owner.metadata
  const present = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }
  await cluster.client.create(maps, map('orphan', [absent]))
  await cluster.client.create(maps, map('kept', [absent, present]))
  await cluster.untilGone(`${maps}/orphan`)
  const kept = await cluster.until(
    `${maps}/kept`,
    ({ metadata }) => metadata.ownerReferences?.length === 1,
  )
  expect(kept.metadata.ownerReferences).toEqual([present])
  await cluster.client.delete(`${maps}/owner`)
  await cluster.untilGone(`${maps}/kept`)
})

function mapsOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps`
}

test('an owner in another namespace is none', async () => {
  const [here, there] = [await cluster.namespace(), await cluster.namespace()]
  const owner = await cluster.client.create(mapsOf(there), map('owner', []))
  const { uid } = owner.metadata
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }
  await cluster.client.create(mapsOf(here), map('dependent', [reference]))
  await cluster.untilGone(`${mapsOf(here)}/dependent`)
})

test('an object of the cluster stays when the object of a namespace that it names as owner goes', async () => {
  const namespace = await cluster.namespace()
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const owner = await cluster.client.create(maps, map('owner', []))
  const { uid } = owner.metadata
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }
  const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
  await cluster.client.create(roles, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: namespace, ownerReferences: [reference] },
    rules: [],
  })
  await cluster.client.create(maps, map('sentinel', [reference]))
  await cluster.client.delete(`${maps}/owner`)
  await cluster.untilGone(`${maps}/sentinel`)
  await sleep(300)
  expect((await cluster.client.get(`${roles}/${namespace}`)).metadata.name).toBe(namespace)
})

test('a namespace goes with all it holds', async () => {
  const { namespace } = await withDeployment()
  await cluster.client.delete(`/api/v1/namespaces/${namespace}`)
  await cluster.untilGone(`/api/v1/namespaces/${namespace}`)
})

test('a namespace that cannot go names what holds it', async () => {
  const namespace = await cluster.namespace()
  const map = `/api/v1/namespaces/${namespace}/configmaps/held`
  await cluster.client.create(`/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', finalizers: ['example.com/hold'] },
  })
  await cluster.client.delete(`/api/v1/namespaces/${namespace}`)
  const live = await cluster.until(`/api/v1/namespaces/${namespace}`, (object) =>
    JSON.stringify(object.status).includes('SomeFinalizersRemain'),
  )
  const messages = (at(live, 'status', 'conditions') as { message: string }[]).map(
    ({ message }) => message,
  )
  expect(messages).toEqual([
    'All resources successfully discovered',
    'All legacy kube types successfully parsed',
    'All content successfully deleted, may be waiting on finalization',
    'Some resources are remaining: configmaps. has 1 resource instances',
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ])
  const free = { metadata: { finalizers: null } }
  await cluster.client.patch(map, 'application/merge-patch+json', free)
  await cluster.untilGone(`/api/v1/namespaces/${namespace}`)
})
