// How a wait ends: at once when there is nothing to hope for, with the reason and the worker's own verdict.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEnvironment, deployer, setPodStatus, startCluster } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

/** Tries until the pod is there; a kubelet, too, would see it only then. */
async function whenPodIsThere(environment: TestEnvironment, status: object): Promise<number> {
  for (;;) {
    const isSet = await setPodStatus(cluster, environment.namespace, status).then(
      () => true,
      () => false,
    )
    if (isSet) return Date.now()
    await sleep(20)
  }
}

function terminated(exitCode: number, message: string) {
  const state = { terminated: { exitCode, reason: 'Error', message } }
  return { name: 'worker', image: 'x', imageID: '', ready: false, restartCount: 0, state }
}

function waiting(reason: string, message: string) {
  const state = { waiting: { reason, message } }
  return { name: 'worker', image: 'x', imageID: '', ready: false, restartCount: 0, state }
}

test.for([
  {
    when: 'the worker ended with its verdict',
    status: { phase: 'Failed', containerStatuses: [terminated(21, 'AADSTS700213: no match')] },
    says: ['exit code 21', 'verdict  AADSTS700213: no match', 'letter by letter'],
  },
  {
    when: 'the verdict says what to do, which the last lines repeat',
    status: {
      phase: 'Failed',
      containerStatuses: [terminated(32, '403/5301: no role\nfix: assign one')],
    },
    says: ['failed (container-ended): container worker: exit code 32\n    hint  assign one\nERR_'],
  },
  {
    when: 'the image does not exist',
    status: { phase: 'Pending', containerStatuses: [waiting('ErrImagePull', 'not found')] },
    says: ['ErrImagePull: not found', 'check the name of the image (`image` in the environment'],
  },
  {
    when: 'a config map is missing',
    status: {
      phase: 'Pending',
      containerStatuses: [waiting('CreateContainerConfigError', 'configmap "elsewhere" not found')],
    },
    says: ['configmap "elsewhere" not found', 'add it to the manifests'],
  },
])('the wait ends by the status that shows it when $when', async ({ status, says }) => {
  const environment = await createEnvironment(cluster)
  const deploying = environment.deployer('deploy', '--timeout', '600')
  await whenPodIsThere(environment, status)
  const { code, stderr } = await deploying
  expect({ code, stderr }).toMatchObject({ code: 1 })
  for (const text of says) expect(stderr).toContain(text)
  await environment.deployer('destroy')
})

test('a pod that failed is replaced by the next deploy, which the plan shows', async () => {
  const environment = await createEnvironment(cluster)
  await environment.deployer('deploy', '--no-wait')
  const failed = { phase: 'Failed', containerStatuses: [terminated(32, '403/5301')] }
  await setPodStatus(cluster, environment.namespace, failed)
  expect((await environment.deployer('plan')).stdout).toContain('recreate: its last run failed')
  const { stderr } = await environment.deployer('deploy', '--no-wait')
  expect(stderr).toContain('1 recreated, 5 unchanged')
  await environment.deployer('destroy')
})

test('the wait ends with success as soon as the pod has succeeded', async () => {
  const environment = await createEnvironment(cluster)
  const deploying = environment.deployer('deploy', '--timeout', '25')
  await whenPodIsThere(environment, { phase: 'Running' })
  await whenPodIsThere(environment, { phase: 'Succeeded' })
  const { code, stderr } = await deploying
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('current: Succeeded')
  await environment.deployer('destroy')
})

test('a wait that is over says its bound and exits with 3', async () => {
  const environment = await createEnvironment(cluster)
  const { code, stderr } = await environment.deployer('deploy', '--timeout', '1')
  expect(code).toBe(3)
  expect(stderr).toContain('Waiting up to 1 s')
  expect(stderr).toContain('not ready after 1 s')
  await environment.deployer('destroy')
})

test('Ctrl-C ends a wait at once, and the next deploy goes on from there', async () => {
  const environment = await createEnvironment(cluster)
  const interrupted = new AbortController()
  const deploying = deployer(['deploy', '--env', environment.file], { signal: interrupted.signal })
  await whenPodIsThere(environment, { phase: 'Running' })
  interrupted.abort()
  const { code, stderr } = await deploying
  expect(code).toBe(130)
  expect(stderr).toContain('Interrupted')
  await setPodStatus(cluster, environment.namespace, { phase: 'Succeeded' })
  expect((await environment.deployer('deploy')).stderr).toContain('current: Succeeded')
  await environment.deployer('destroy')
})
