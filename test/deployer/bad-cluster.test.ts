// A cluster that is not in order when the worker is deployed: one clear message with the next step, and the deploy after
// it goes on from there.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createEnvironment, startCluster } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'
import { createWebhook } from './webhook.ts'

/** An error of the server is asked about again for some seconds, because it may pass. */
const WITH_RETRIES_MS = 120_000

let cluster: TestCluster
let environment: TestEnvironment
const webhook = createWebhook()

beforeAll(async () => {
  cluster = await startCluster({ webhookAvailable: webhook.isUp })
})
afterAll(() => cluster.close())
beforeEach(async () => {
  await webhook.set(cluster, 'up')
  environment = await createEnvironment(cluster)
})

function namespaces(name = '') {
  return `/api/v1/namespaces/${name}`.replace(/\/$/, '')
}

test(
  'while the workload-identity webhook is down no worker is made, and once it is up the deploy goes on',
  async () => {
    await webhook.set(cluster, 'down')
    const { code, stderr } = await environment.deployer('deploy', '--no-wait')
    expect(code).toBe(5)
    expect(stderr).toMatch(/Pod\/\S+\/demo: .*failed calling webhook/)
    expect(stderr).toContain('the webhook is down')
    expect(stderr).toContain('deploy again once it is up')
    expect(stderr).toContain(
      '! Applied before it ended: 5 of 6 objects; the next deploy goes on from there',
    )

    await webhook.set(cluster, 'up')
    const again = await environment.deployer('deploy', '--no-wait')
    expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 })
    expect(again.stderr).toContain('Applied: 1 created, 5 unchanged')
  },
  WITH_RETRIES_MS,
)

test(
  'a namespace that is being deleted is named, with what to wait for',
  async () => {
    const { namespace } = environment
    await cluster.client.create(namespaces(), {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    })
    await cluster.client.create(`${namespaces(namespace)}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', finalizers: ['example.com/held'] },
    })
    await cluster.client.delete(namespaces(namespace))
    const { code, stderr } = await environment.deployer('deploy', '--no-wait', '--adopt')
    expect(code).not.toBe(0)
    expect(stderr).toContain(`in namespace ${namespace} because it is being terminated`)
    expect(stderr).toContain(
      `get namespace ${namespace} --output yaml; deploy again when it is gone`,
    )
    expect(stderr).not.toContain('ERR_BUG')

    const held = `${namespaces(namespace)}/configmaps/held`
    const release = { metadata: { finalizers: null } }
    await cluster.client.patch(held, 'application/merge-patch+json', release)
    await expect
      .poll(() => cluster.client.get(namespaces(namespace)).catch(() => 'gone'), {
        timeout: 10_000,
      })
      .toBe('gone')
    expect(await environment.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  },
  WITH_RETRIES_MS,
)
