// The healer as a Deployment of a real cluster: two pods of the deployer's image, of which one leads.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at, textAt } from '../../local/kubernetes/object.ts'
import { createEnvironment } from '../deployer/cluster.ts'
import type { TestCluster, TestEnvironment } from '../deployer/cluster.ts'
import { createKubectl } from './kubectl.ts'
import { joinRealCluster, within } from './cluster.ts'
import { IMAGES } from './images.ts'

const MERGE = 'application/merge-patch+json'
/** Two pods that start Node, on a busy machine. */
const START_MS = 150_000
/** A write by hand, a watch event, a plan and an apply; the promise is a second, and the machine is shared. */
const HEALED_MS = 5_000

let cluster: TestCluster
let environment: TestEnvironment

beforeAll(async () => {
  cluster = await joinRealCluster()
  environment = await createEnvironment(cluster)
  await environment.set({ healImage: IMAGES.deployer })
})
afterAll(async () => {
  await environment.deployer('destroy')
  await cluster.close()
})

function path(kind: string, name: string, group = '/api/v1'): string {
  return `${group}/namespaces/${environment.namespace}/${kind}/${name}`
}

function edit(name: string) {
  const change = { data: { DOCUMENT_NAME: name } }
  return cluster.client.patch(path('configmaps', 'worker'), MERGE, change, {
    fieldManager: 'kubectl-edit',
  })
}

async function expectHealed() {
  const live = await cluster.client.get(path('configmaps', 'worker'))
  expect(at(live, 'data', 'DOCUMENT_NAME')).toBe('Ted Lasso')
}

/** The pod that leads: a Lease names its holder. */
async function leader(): Promise<string> {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${environment.namespace}/leases`
  const { items } = await cluster.client.list(leases)
  const holder = items.map((lease) => textAt(lease, 'spec', 'holderIdentity') ?? '')[0] ?? ''
  expect(holder).toMatch(/heal-/)
  return holder
}

test('two healers are ready, and one leads', async () => {
  const { code, stderr } = await environment.deployer('deploy', '--heal', '--no-wait')
  expect(code, stderr).toBe(0)
  await within(START_MS, async () => {
    const deployment = await cluster.client.get(path('deployments', 'heal', '/apis/apps/v1'))
    expect(at(deployment, 'status')).toMatchObject({ readyReplicas: 2 })
    await leader()
  })
})

test('an edit is put back, and what was deleted is created again', async () => {
  await edit('Roy Kent')
  await within(HEALED_MS, expectHealed)
  const before = await cluster.client.get(path('serviceaccounts', 'worker'))
  await cluster.client.delete(path('serviceaccounts', 'worker'))
  await within(HEALED_MS, async () => {
    const { metadata } = await cluster.client.get(path('serviceaccounts', 'worker'))
    expect(metadata.uid).not.toBe(before.metadata.uid)
  })
})

test('when the leader is deleted the other leads, and heals', async () => {
  const first = await leader()
  const pod = first.match(/heal-[a-z0-9]+-[a-z0-9]+/)?.[0] ?? ''
  await cluster.client.delete(path('pods', pod))
  await within(START_MS, async () => {
    expect(await leader()).not.toBe(first)
  })
  await edit('Jamie Tartt')
  await within(HEALED_MS, expectHealed)
})

test('the log says what was found and done, and holds no token', async () => {
  const kubectl = createKubectl(cluster.kubeconfig)
  const log = await kubectl(
    'logs',
    '--namespace',
    environment.namespace,
    '--selector=app.kubernetes.io/component=heal',
  )
  expect(log).toContain('kubectl-edit had changed .data.DOCUMENT_NAME: "Jamie Tartt" → "Ted Lasso"')
  expect(log).not.toContain('eyJ')
})

test('a deploy finds nothing to change, and destroy ends the healers', async () => {
  const again = await environment.deployer('deploy', '--heal', '--no-wait')
  expect(again.stderr).toContain('11 unchanged')
  const { code, stderr } = await environment.deployer('destroy')
  expect(code, stderr).toBe(0)
})
