// The plan is true: it writes nothing, it fails where the apply would, and the apply does just what was shown.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createEnvironment, startCluster } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import { isReading, startRecorder } from './recorder.ts'
import type { Recorded, Recorder } from './recorder.ts'

let direct: TestCluster
let recorder: Recorder

beforeAll(async () => {
  direct = await startCluster()
  recorder = await startRecorder(direct)
})
afterEach(() => {
  recorder.before = () => Promise.resolve()
  recorder.refusal = () => undefined
})
afterAll(async () => {
  await recorder.close()
  await direct.close()
})

/** Steps in once, before the first real write to an object. */
function beforeWriteOf(name: string, act: () => Promise<unknown>): void {
  let done = false
  recorder.before = async (request: Recorded) => {
    if (done || isReading(request) || !request.path.includes(`/${name}?`)) return
    done = true
    await act()
  }
}

function pathOf({ namespace }: TestEnvironment, name: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps/${name}`
}

const MERGE = 'application/merge-patch+json'

test('plan and status only read, and a deploy that changes nothing costs at most 8 requests', async () => {
  const environment = await createEnvironment(recorder.cluster)
  recorder.requests.length = 0
  await environment.deployer('plan')
  expect(recorder.requests.filter((one) => !isReading(one))).toEqual([])
  await environment.deployer('deploy', '--no-wait')
  await environment.set({ document: 'Nathan Shelley' })
  recorder.requests.length = 0
  expect((await environment.deployer('plan')).stderr).toContain('1 to configure')
  await environment.deployer('status')
  expect(recorder.requests.length).toBeGreaterThan(0)
  expect(recorder.requests.filter((one) => !isReading(one))).toEqual([])
  await environment.deployer('deploy', '--no-wait')
  recorder.requests.length = 0
  expect((await environment.deployer('deploy', '--no-wait')).stderr).toContain('6 unchanged')
  expect(recorder.requests.length).toBeLessThanOrEqual(8)
  expect(recorder.requests.filter((one) => !isReading(one))).toEqual([])
})

test('an invalid new object fails in the plan, before anything is written', async () => {
  const environment = await createFolder(
    recorder.cluster,
    configMap('good', { a: '1' }),
    configMap('bad', { 'a/b': '1' }),
  )
  recorder.requests.length = 0
  const { code, stderr } = await environment.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 5 })
  expect(stderr).toContain('/bad: dry run refused (Invalid)')
  expect(recorder.requests.filter((one) => !isReading(one))).toEqual([])
})

test('a pod whose service account is only made by the same deploy is not tried, and says so', async () => {
  const spec = { serviceAccountName: 'own', containers: [{ name: 'c', image: 'x' }] }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'own' } }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }
  const environment = await createFolder(recorder.cluster, account, pod)
  const planned = await environment.deployer('plan')
  expect(planned.stdout).toContain('no dry run: ServiceAccount "own" is not there yet')
  const { code, stderr } = await environment.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
})

test('an object that changed without touching the plan is applied as planned', async () => {
  const environment = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  await environment.deployer('deploy')
  await environment.write(configMap('one', { a: '2' }))
  const label = { metadata: { labels: { theirs: 'x' } } }
  beforeWriteOf('one', () => direct.client.patch(pathOf(environment, 'one'), MERGE, label))
  const { code, stderr } = await environment.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const live = await direct.client.get(pathOf(environment, 'one'))
  expect(live).toMatchObject({ data: { a: '2' }, metadata: { labels: { theirs: 'x' } } })
})

test('an object whose plan became another one stops the run, and the new plan is shown', async () => {
  const environment = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  await environment.deployer('deploy')
  await environment.write(configMap('one', { a: '2' }))
  const edit = { data: { a: 'edited' } }
  beforeWriteOf('one', () =>
    direct.client.patch(pathOf(environment, 'one'), MERGE, edit, { fieldManager: 'kubectl-edit' }),
  )
  const { code, stderr } = await environment.deployer('deploy')
  expect(code).toBe(1)
  expect(stderr).toContain('.data.a: "edited" → "2"')
  expect(stderr).toContain('ERR_PLAN_CHANGED')
  expect(await direct.client.get(pathOf(environment, 'one'))).toMatchObject(edit)
  expect((await environment.deployer('deploy')).code).toBe(0)
})

test('an object that appeared after the plan is left as its maker left it', async () => {
  const environment = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  const theirs = configMap('one', { b: '2' })
  const collection = pathOf(environment, '').slice(0, -1)
  beforeWriteOf('one', () => direct.client.create(collection, theirs))
  const { code, stderr } = await environment.deployer('deploy')
  expect(code).toBe(1)
  expect(stderr).toContain('the object appeared after it was planned')
  const live = await direct.client.get(pathOf(environment, 'one'))
  expect({ data: live['data'], labels: live.metadata.labels }).toEqual({ data: { b: '2' } })
})

test('a list of several pages whose version has become too old is read again at once', async () => {
  const environment = await createFolder(recorder.cluster, configMap('one', {}))
  await environment.deployer('deploy')
  const { metadata } = await direct.client.get(pathOf(environment, 'one'))
  const collection = pathOf(environment, '').slice(0, -1)
  const { labels } = metadata
  const names = Array.from({ length: 500 }, (_, index) => `more-${index}`)
  await Promise.all(
    names.map((name) => direct.client.create(collection, configMap(name, {}, { labels }))),
  )
  recorder.refusal = ({ path }) => (path.includes('&continue=') ? 410 : undefined)
  const { code, stderr } = await environment.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('Planned: 500 to skip, 1 unchanged')
})

test('replicas that an autoscaler set are left alone', async () => {
  const template = {
    metadata: { labels: { app: 'x' } },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  }
  const spec = { replicas: 1, selector: { matchLabels: { app: 'x' } }, template }
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec }
  const environment = await createFolder(recorder.cluster, deployment)
  await environment.deployer('deploy', '--no-wait')
  const path = `/apis/apps/v1/namespaces/${environment.namespace}/deployments/d`
  const scaled = { spec: { replicas: 3 } }
  await direct.client.patch(`${path}/scale`, MERGE, scaled, {
    fieldManager: 'kube-controller-manager',
  })
  const { code, stderr } = await environment.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(await direct.client.get(path)).toMatchObject(scaled)
  expect((await environment.deployer('plan', '--exit-code')).code).toBe(0)
})

test('objects of kubectl apply are moved to server-side apply without stuck fields', async () => {
  const environment = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"old":"1"}}' }
  const old = configMap('one', { a: '1', old: '1' }, { annotations })
  const collection = pathOf(environment, '').slice(0, -1)
  await direct.client.create(collection, old, { fieldManager: 'kubectl-client-side-apply' })
  const planned = await environment.deployer('plan', '--adopt')
  expect(planned.stdout).toContain('moves from client-side apply')
  expect(planned.stdout).toContain('.data.old: "1" → absent')
  const { code, stderr } = await environment.deployer('deploy', '--adopt')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const live = await direct.client.get(pathOf(environment, 'one'))
  expect(live['data']).toEqual({ a: '1' })
  expect(live.metadata.annotations).toBeUndefined()
  expect(live.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['keyless-cosmos'])
  expect((await environment.deployer('plan', '--exit-code')).code).toBe(0)
})
