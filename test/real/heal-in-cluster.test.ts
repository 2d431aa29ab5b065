// The healer as a Deployment of a real cluster: two pods of the deployer's image, of which one leads.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at, textAt } from '../../local/kubernetes/object.ts'
import { createEnvironment } from '../deployer/cluster.ts'
import type { TestCluster, TestEnvironment } from '../deployer/cluster.ts'
import { createKubectl } from './kubectl.ts'
import { joinRealCluster, within } from './cluster.ts'
import { IMAGES } from './images.ts'

const HEALER = 'app.kubernetes.io/component=heal'
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

/** Deploys, and waits until both healers have what was deployed and one of them leads. */
async function deployWithHealers(): Promise<void> {
  const { code, stderr } = await environment.deployer('deploy', '--heal', '--no-wait')
  expect(code, stderr).toBe(0)
  const kubectl = createKubectl(cluster.kubeconfig)
  const place = ['--namespace', environment.namespace]
  const time = `--timeout=${START_MS / 1_000}s`
  await kubectl('rollout', 'status', 'deployment/heal', ...place, time)
  await within(START_MS, async () => {
    const pods = await kubectl('get', 'pods', ...place, '--selector', HEALER, '--output=name')
    // those of the version before have ended, so that nobody else could be leading
    expect(pods.split('\n')).toHaveLength(2)
    expect(pods).toContain(podOf(await leader()))
  })
}

function podOf(holder: string): string {
  return holder.match(/heal-[a-z0-9]+-[a-z0-9]+/)?.[0] ?? ''
}

test('two healers are ready, and one leads', deployWithHealers)

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
  await cluster.client.delete(path('pods', podOf(first)))
  await within(START_MS, async () => {
    expect(await leader()).not.toBe(first)
  })
  await edit('Jamie Tartt')
  await within(HEALED_MS, expectHealed)
})

test('the log says what was found and done, and holds no token', async () => {
  const kubectl = createKubectl(cluster.kubeconfig)
  // by name: a selector also finds the pod that is on its way out, and fails when it is gone
  const log = await kubectl('logs', '--namespace', environment.namespace, podOf(await leader()))
  expect(log).toContain('kubectl-edit had changed .data.DOCUMENT_NAME: "Jamie Tartt" → "Ted Lasso"')
  expect(log).not.toContain('eyJ')
})

test.for([
  {
    kind: 'Pod',
    object: () => path('pods', 'demo'),
    edited: ['spec', 'containers', 0, 'image'],
    value: 'other:1',
  },
  {
    kind: 'Deployment',
    object: () => path('deployments', 'demo', '/apis/apps/v1'),
    edited: ['spec', 'template', 'spec', 'containers', 0, 'image'],
    value: 'other:1',
  },
  {
    kind: 'Job',
    object: () => path('jobs', 'demo', '/apis/batch/v1'),
    edited: ['spec', 'activeDeadlineSeconds'],
    value: 7_200,
  },
  {
    kind: 'CronJob',
    object: () => path('cronjobs', 'demo', '/apis/batch/v1'),
    edited: ['spec', 'schedule'],
    value: '1 1 1 1 *',
  },
] as const)(
  'a $kind that was edited is put back, and one that was deleted is created again',
  async ({ kind, object, edited, value }) => {
    await environment.set({ workload: { kind } })
    await deployWithHealers()
    const before = await cluster.client.get(object())

    const operation = { op: 'replace', path: `/${edited.join('/')}`, value }
    await cluster.client.patch(object(), 'application/json-patch+json', [operation])
    await within(HEALED_MS, async () => {
      const live = await cluster.client.get(object())
      expect(at(live, ...edited)).toBe(at(before, ...edited))
      expect(live.metadata.uid).toBe(before.metadata.uid)
    })

    await cluster.client.delete(object(), { gracePeriodSeconds: 1 })
    await within(HEALED_MS, async () => {
      const live = await cluster.client.get(object())
      expect(live.metadata.uid).not.toBe(before.metadata.uid)
      expect(at(live, ...edited)).toBe(at(before, ...edited))
    })
  },
)

test('a deploy finds nothing to change, and destroy ends the healers', async () => {
  const again = await environment.deployer('deploy', '--heal', '--no-wait')
  expect(again.stderr).toContain('11 unchanged')
  const { code, stderr } = await environment.deployer('destroy')
  expect(code, stderr).toBe(0)
})
