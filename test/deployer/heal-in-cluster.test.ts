// The healer as it runs in the cluster: its manifests pass Pod Security, its Role suffices, its token is a pod's.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { start } from '../support/run.ts'
import { createEnvironment, deployer, startCluster } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'

let cluster: TestCluster
let environment: TestEnvironment

beforeAll(async () => {
  cluster = await startCluster()
  environment = await createEnvironment(cluster)
})
afterAll(() => cluster.close())

function path(kind: string, name: string, group = '/api/v1') {
  return `${group}/namespaces/${environment.namespace}/${kind}/${name}`
}

/** What a kubelet mounts into the healer's pod, and the environment file out of its config map. */
async function mount(): Promise<{ readonly file: string; readonly directory: string }> {
  const directory = join(cluster.directory, 'serviceaccount')
  await mkdir(directory)
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3_600 },
  }
  const issued = await cluster.client.create(path('serviceaccounts', 'heal/token'), request)
  const { token } = issued['status'] as { readonly token: string }
  await writeFile(join(directory, 'token'), token, { mode: 0o600 })
  await writeFile(join(directory, 'ca.crt'), cluster.access.certificateAuthority)
  const config = await cluster.client.get(path('configmaps', 'heal'))
  const [[name, text] = ['', '']] = Object.entries(config['data'] as Record<string, string>)
  const file = join(directory, name)
  const caFile = join(cluster.directory, 'ca.crt')
  await writeFile(file, text.replace('/etc/keyless-cosmos/trust/ca.crt', caFile))
  return { file, directory }
}

test('nothing of the healer is rendered unless asked for', async () => {
  expect((await environment.deployer('render')).stdout).not.toContain('name: heal')
  expect((await environment.deployer('render', '--heal')).stdout).toContain('kind: RoleBinding')
})

test('a folder of others is refused, because the image holds ours', async () => {
  const { code, stderr } = await environment.deployer('render', '--heal', '--manifests', '.')
  expect(code).toBe(2)
  expect(stderr).toContain('not together with --heal')
})

test('outside a pod there is no context in-cluster', async () => {
  const other = await createEnvironment(cluster, 'outside')
  await other.set({ 'cluster.context': 'in-cluster', 'cluster.kubeconfig': undefined })
  const { code, stderr } = await deployer(['plan', '--env', other.file])
  expect(code).toBe(2)
  expect(stderr).toContain('KUBERNETES_SERVICE_HOST is not set, so this is no pod')
})

test('the deployed healer has pods under the restricted profile', async () => {
  const { code, stderr } = await environment.deployer('deploy', '--heal', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  for (const end = Date.now() + 5_000; ;) {
    const deployment = await cluster.client.get(path('deployments', 'heal', '/apis/apps/v1'))
    const { replicas = 0 } = (deployment['status'] ?? {}) as { readonly replicas?: number }
    if (replicas === 2) break
    if (Date.now() > end) expect(deployment['status']).toMatchObject({ replicas: 2 })
    await sleep(50)
  }
})

test('with the token of its service account and no more than its Role it heals', async () => {
  const { file, directory } = await mount()
  const { hostname, port } = new URL(cluster.access.url)
  const healer = start([process.execPath, join('deployer', 'main.ts'), 'heal', '--env', file], {
    env: {
      PATH: process.env['PATH'],
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      SERVICE_ACCOUNT_DIRECTORY: directory,
    },
  })
  try {
    await healer.said('Leading as')
    await healer.said('Namespace objects are not healed')
    const edit = { data: { DOCUMENT_NAME: 'Roy Kent' } }
    await cluster.client.patch(path('configmaps', 'worker'), 'application/merge-patch+json', edit)
    await healer.said('put back')
    for (const [kind, resource, name, group] of [
      ['Pod', 'pods', 'demo'],
      ['ServiceAccount', 'serviceaccounts', 'worker'],
      ['NetworkPolicy', 'networkpolicies', 'worker-egress', '/apis/networking.k8s.io/v1'],
    ] as const) {
      await cluster.client.delete(path(resource, name, group))
      await healer.said(`${kind}/${environment.namespace}/${name} `)
    }
    healer.child.kill('SIGTERM')
    const { code, stdout, stderr } = await healer.ended
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr.match(/created again/g)).toHaveLength(3)
    expect(stdout + stderr).not.toContain('eyJ')
  } finally {
    healer.child.kill('SIGKILL')
  }
  const { stderr } = await environment.deployer('deploy', '--heal', '--no-wait')
  expect(stderr).toContain('11 unchanged')
})

test('destroy takes the healer with it', async () => {
  expect(await environment.deployer('destroy')).toMatchObject({ code: 0 })
})
