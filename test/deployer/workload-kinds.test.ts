// One environment that asks for another kind each time: the new one comes, the old one goes with all its pods.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinHollowNode } from '../controllers/hollow-node.ts'
import { createEnvironment, startCluster } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'

let cluster: TestCluster
let environment: TestEnvironment
const ended = new AbortController()

beforeAll(async () => {
  cluster = await startCluster()
  await joinHollowNode(cluster.client, 'node', { signal: ended.signal })
  environment = await createEnvironment(cluster)
  await environment.set({ target: 'kind' })
})
afterAll(() => {
  ended.abort()
  return cluster.close()
})

const GROUPS = {
  Pod: '/api/v1',
  Job: '/apis/batch/v1',
  CronJob: '/apis/batch/v1',
  Deployment: '/apis/apps/v1',
  PodDisruptionBudget: '/apis/policy/v1',
}

/** The kinds of which an object of the worker is there. */
async function present(): Promise<readonly string[]> {
  const found = await Promise.all(
    Object.entries(GROUPS).map(async ([kind, group]) => {
      const path = `${group}/namespaces/${environment.namespace}/${kind.toLowerCase()}s/demo`
      return cluster.client.get(path).then(
        () => [kind],
        () => [],
      )
    }),
  )
  return found.flat()
}

const FAILED = expect.objectContaining({ type: 'Failed', status: 'True' }) as unknown

async function deploy(workload: object | undefined, ...args: readonly string[]) {
  await environment.set({ workload })
  return environment.deployer('deploy', '--timeout', '20', ...args)
}

test('it begins as a Pod, because the environment says nothing else', async () => {
  const { code, stderr } = await deploy(undefined, '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(await present()).toEqual(['Pod'])
})

test('a Deployment takes its place, is waited for, and brings its budget', async () => {
  const { code, stderr } = await deploy({
    kind: 'Deployment',
    replicas: 3,
    intervalSeconds: 7,
    healthPort: 9090,
  })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Pod\/\S+\/demo +pruned/)
  expect(stderr).toMatch(/✓ Deployment\/\S+\/demo +current/)
  expect(await present()).toEqual(['Deployment', 'PodDisruptionBudget'])
  const path = `/apis/apps/v1/namespaces/${environment.namespace}/deployments/demo`
  const { spec } = await cluster.client.get(path)
  expect(spec).toMatchObject({ replicas: 3 })
  const text = JSON.stringify(spec)
  expect(text).toContain('{"name":"WRITE_INTERVAL_SECONDS","value":"7"}')
  expect(text).toContain('{"name":"HEALTH_PORT","value":"9090"}')
  expect(text).toContain('"containerPort":9090')
})

test('the second deploy changes nothing', async () => {
  const { code, stderr } = await environment.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('Applied: 7 unchanged')
  expect((await environment.deployer('status')).code).toBe(0)
})

test('a CronJob is ready at once, and the next command runs it', async () => {
  const { code, stderr } = await deploy({ kind: 'CronJob', schedule: '0 3 * * *' })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(await present()).toEqual(['CronJob'])
  const run = `create job demo-now --from=cronjob/demo --namespace ${environment.namespace}`
  expect(stderr).toMatch(new RegExp(`next: kubectl --kubeconfig /\\S+ --context test ${run}\\n`))
  const { code: seen, stdout } = await environment.deployer('status')
  expect(seen).toBe(0)
  expect(stdout).toMatch(/CronJob\/\S+\/demo +current +\d+s: no run yet/)
  const logs = await environment.deployer('logs')
  expect(logs.code).toBe(1)
  expect(logs.stderr).toContain('it has no pod')
  expect(logs.stderr).toContain(`--context test ${run}`)
})

test('nothing of the Deployment is left, not even pods', async () => {
  const pods = `/api/v1/namespaces/${environment.namespace}/pods`
  await expect
    .poll(async () => (await cluster.client.list(pods)).items.length, { timeout: 10_000 })
    .toBe(0)
})

test('a Job with other values is made anew, because a Job cannot change', async () => {
  expect(await deploy({ kind: 'Job' }, '--no-wait')).toMatchObject({ code: 0 })
  await environment.set({ image: 'keyless-cosmos/worker:0.2.0' })
  const { code, stderr } = await environment.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Job\/\S+\/demo +recreated/)
  expect(await present()).toEqual(['Job'])
})

test('a Job that failed is made anew by the next deploy, as a pod is', async () => {
  const path = `/apis/batch/v1/namespaces/${environment.namespace}/jobs/demo`
  const spec = { activeDeadlineSeconds: 1 }
  await cluster.client.patch(path, 'application/merge-patch+json', { spec })
  await expect
    .poll(() => cluster.client.get(path), { timeout: 10_000 })
    .toMatchObject({ status: { conditions: expect.arrayContaining([FAILED]) } })
  const failed = await environment.deployer('deploy', '--no-wait')
  expect(failed.stderr).toMatch(/Job\/\S+\/demo +recreate: its last run failed/)
  expect(failed.stderr).toMatch(/Job\/\S+\/demo +recreated/)
  expect(await cluster.client.get(path)).not.toHaveProperty('status.conditions')
})

test('what is asked of the wrong kind is refused before anything is asked of the cluster', async () => {
  const { code, stderr } = await deploy({ kind: 'Job', replicas: 2, schedule: '* *' })
  expect(code).toBe(2)
  expect(stderr).toContain('workload.replicas: only for kind Deployment, not for Job; remove it')
  expect(stderr).toContain('workload.schedule: only for kind CronJob, not for Job; remove it')
  expect(stderr).not.toContain('Deploying to')
})

test('destroy takes whatever kind it is', async () => {
  expect(await deploy({ kind: 'Deployment' }, '--no-wait')).toMatchObject({ code: 0 })
  const { code, stderr } = await environment.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(await present()).toEqual([])
})
