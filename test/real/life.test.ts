// The life of a set of workloads on a real cluster: deploy, deploy again, drift, heal, change, remove, prune, destroy.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at } from '../../local/kubernetes/object.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { createEnvironment } from '../deployer/cluster.ts'
import type { TestCluster } from '../deployer/cluster.ts'
import { workloadFolder } from '../deployer/workload-folder.ts'
import type { WorkloadFolder } from '../deployer/workload-folder.ts'
import { start } from '../support/run.ts'
import { joinRealCluster, within } from './cluster.ts'
import { KINDS, setOf } from './workloads.ts'

const NAMESPACE = 'real-life'
const MERGE = 'application/merge-patch+json'
/** Pods are scheduled, started and probed by real programs on a busy machine. */
const DEPLOY = ['deploy', '--timeout', '150'] as const

let cluster: TestCluster
let folder: WorkloadFolder
/** `setOf` and the Namespace. */
const COUNT = setOf().length + 1

beforeAll(async () => {
  cluster = await joinRealCluster()
  const { file: environment } = await createEnvironment(cluster)
  folder = await workloadFolder({ directory: cluster.directory, environment }, NAMESPACE, setOf())
})
afterAll(async () => {
  await folder.deployer('destroy')
  await cluster.close()
})

function path(kind: keyof typeof KINDS, name: string): string {
  return `${KINDS[kind].path(NAMESPACE)}/${name}`
}

function edit(kind: keyof typeof KINDS, name: string, change: object) {
  return cluster.client.patch(path(kind, name), MERGE, change, { fieldManager: 'kubectl-edit' })
}

/** The pods of one component that are not on their way out. */
async function podsOf(component: string): Promise<readonly KubeObject[]> {
  const { items } = await cluster.client.list(`/api/v1/namespaces/${NAMESPACE}/pods`, {
    labelSelector: `app=${component}`,
  })
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

test('the plan shows every object, and creates none', async () => {
  const { code, stdout, stderr } = await folder.deployer('plan', '--exit-code')
  expect(code, stderr).toBe(1)
  expect(stderr).toContain(`Planned: ${COUNT} to create`)
  for (const kind of Object.keys(KINDS)) expect(stdout).toMatch(new RegExp(`^ +${kind}/`, 'm'))
  await expect(cluster.client.get(`/api/v1/namespaces/${NAMESPACE}`)).rejects.toThrow('not found')
})

test('a deploy ends when every workload runs, each as its kind understands it', async () => {
  const { code, stderr } = await folder.deployer(...DEPLOY)
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(`Applied: ${COUNT} created`)
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'Job']) {
    expect(stderr).toMatch(new RegExp(`✓ ${kind}/${NAMESPACE}/\\S+ +current`))
  }
  expect(await podsOf('web')).toHaveLength(2)
  expect((await podsOf('db')).map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1'])
  expect(await podsOf('agent')).toHaveLength(1)
})

test('the second deploy changes nothing, whatever controllers have added since', async () => {
  const before = await generations()
  const { code, stderr } = await folder.deployer(...DEPLOY)
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(`Applied: ${COUNT} unchanged`)
  expect(await generations()).toEqual(before)
  expect((await folder.deployer('plan', '--exit-code')).code).toBe(0)
  const status = await folder.deployer('status')
  expect(status.code, status.stdout).toBe(0)
})

async function generations() {
  const entries = Object.entries(KINDS).map(async ([kind, { name }]) => {
    const { metadata } = await cluster.client.get(path(kind as keyof typeof KINDS, name))
    return [kind, { uid: metadata.uid, generation: metadata.generation }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

test('what was edited and deleted by hand is shown, and put back', async () => {
  await edit('ConfigMap', 'settings', { data: { colour: 'red' } })
  await edit('Deployment', 'web', { spec: { replicas: 1 } })
  await cluster.client.delete(path('Service', 'web'))
  const { code, stdout } = await folder.deployer('status')
  expect(code).toBe(1)
  expect(stdout).toContain('edited by kubectl-edit: .data.colour')
  const deployed = await folder.deployer(...DEPLOY)
  expect(deployed.code, deployed.stderr).toBe(0)
  expect(deployed.stderr).toContain('1 created, 2 configured')
  expect(await podsOf('web')).toHaveLength(2)
})

test('heal puts a workload back that somebody deleted, and its pods come again', async () => {
  const healer = start([process.execPath, join('deployer', 'main.ts'), 'heal', ...folder.options])
  try {
    await healer.said('Leading as')
    const before = await podsOf('web')
    await cluster.client.delete(path('Deployment', 'web'))
    await healer.said('created again: it had been deleted')
    await within(60_000, async () => {
      const pods = await podsOf('web')
      expect(pods).toHaveLength(2)
      expect(before.map(({ metadata }) => metadata.uid)).not.toContain(pods[0]?.metadata.uid)
    })
    await edit('ConfigMap', 'settings', { data: { colour: 'red' } })
    await healer.said('put back: kubectl-edit had changed .data.colour: "red" → "green"')
  } finally {
    healer.child.kill('SIGTERM')
  }
  expect(await healer.ended).toMatchObject({ code: 0 })
})

test('a new template is rolled out, and the wait ends with the old pods gone', async () => {
  const before = await podsOf('web')
  await folder.write(setOf({ version: '2' }))
  const { code, stderr } = await folder.deployer(...DEPLOY)
  expect(code, stderr).toBe(0)
  const after = await podsOf('web')
  expect(after.map((pod) => at(pod, 'metadata', 'labels', 'version'))).toEqual(['2', '2'])
  expect(before.map(({ metadata }) => metadata.uid)).not.toContain(after[0]?.metadata.uid)
  expect((await podsOf('db')).map((pod) => at(pod, 'metadata', 'labels', 'version'))).toEqual([
    '2',
    '2',
  ])
})

test('a change of an immutable field is a recreate in the plan, and done so', async () => {
  await folder.write(setOf({ version: '2', jobScript: 'echo again' }))
  const planned = await folder.deployer('plan')
  expect(planned.stdout).toMatch(/Job\/real-life\/once +recreate/)
  const { code, stderr } = await folder.deployer(...DEPLOY)
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('1 recreated')
})

test('what the manifests no longer hold is pruned, with its pods', async () => {
  const kept = setOf({ version: '2', jobScript: 'echo again' }).filter(
    (object) => at(object, 'kind') !== 'DaemonSet',
  )
  await folder.write(kept)
  const { code, stderr } = await folder.deployer(...DEPLOY)
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(`1 pruned, ${COUNT - 1} unchanged`)
  await within(60_000, async () => {
    expect(await podsOf('agent')).toEqual([])
  })
})

test('destroy waits until nothing is left, the pods included', async () => {
  const { code, stderr } = await folder.deployer('destroy')
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('nothing else is left')
  const gone = await cluster.client.get(`/api/v1/namespaces/${NAMESPACE}`).catch(String)
  expect(gone).toContain('not found')
})
