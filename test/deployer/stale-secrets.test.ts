// A Secret leaves no digest in a pod template, so that a running workload keeps what it has read of it: that is said.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { createFolder } from './manifest-folder.ts'
import { deployment } from './workload-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

const secret = (value: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', ...metadata },
  stringData: { WORD: value },
})
const variable = { name: 'WORD', valueFrom: { secretKeyRef: { name: 's', key: 'WORD' } } }
const web = (more: object = {}) => deployment({ container: { env: [variable], ...more } })
const STALE = /^! Deployment\/\S+\/web: its pods read Secret "s" only when they start, .*$/m

test('a changed Secret that a running workload has in its variables is told with the restart', async () => {
  const folder = await createFolder(cluster, secret('hunter-one'), web())
  expect((await folder.deployer('deploy', '--no-wait')).stderr).not.toMatch(STALE)
  await folder.write(secret('hunter-two'), web())
  const { code, stdout, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(STALE.exec(stderr)?.[0]).toMatch(
    new RegExp(
      `kubectl .*--context \\S+ rollout restart deployment web --namespace ${folder.namespace}$`,
    ),
  )
  expect(stdout + stderr).not.toContain('hunter')
  await folder.write(secret('hunter-two'), web({ args: ['sleep 1'] }))
  expect((await folder.deployer('plan')).stderr).not.toMatch(STALE)
  await folder.write(secret('hunter-one', { labels: { a: 'b' } }), web())
  expect((await folder.deployer('plan')).stderr).not.toMatch(STALE)
})

test('a file of a Secret is renewed by the kubelet, and nothing is said', async () => {
  const volumes = [{ name: 's', secret: { secretName: 's' } }]
  const mounting = deployment({ pod: { volumes } })
  const folder = await createFolder(cluster, secret('hunter-one'), mounting)
  await folder.deployer('deploy', '--no-wait')
  await folder.write(secret('hunter-two'), mounting)
  expect((await folder.deployer('plan')).stderr).not.toMatch(STALE)
})
