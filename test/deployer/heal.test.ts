// What heal keeps: edits, deletions and lost labels are put back within a second, by one leader, until it is stopped.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { start } from '../support/run.ts'
import type { Running } from '../support/run.ts'
import { createEnvironment, setPodStatus, startCluster, writeKubeconfig } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'
import { createDoorway } from './doorway.ts'
import { createFolder } from './manifest-folder.ts'

let cluster: TestCluster
let environment: TestEnvironment
let running: Running[]

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

beforeEach(async () => {
  running = []
  environment = await createEnvironment(cluster)
  await environment.deployer('deploy', '--no-wait')
})
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all(running.map(({ ended }) => ended))
  await environment.deployer('destroy')
})

/** Starts a healer and waits until it says what it is. */
async function startHealer(says = 'Leading as', ...args: readonly string[]): Promise<Running> {
  const healer = start([
    process.execPath,
    join('deployer', 'main.ts'),
    'heal',
    '--env',
    environment.file,
    ...args,
  ])
  running.push(healer)
  await healer.said(says)
  return healer
}

async function stop(healer: Running) {
  healer.child.kill('SIGTERM')
  return healer.ended
}

function path(kind: string, name: string) {
  return `/api/v1/namespaces/${environment.namespace}/${kind}/${name}`
}

function edit(changes: object, fieldManager = 'kubectl-edit') {
  const type = 'application/merge-patch+json'
  return cluster.client.patch(path('configmaps', 'worker'), type, changes, { fieldManager })
}

/** Reads until the object is as expected; the bound is what heal promises. */
async function within(ms: number, check: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + ms; ;) {
    const problem = await check().catch((error: unknown) => error)
    if (problem === undefined) return
    if (Date.now() > end) throw problem
    await sleep(20)
  }
}

async function expectDocument(name = 'Ted Lasso') {
  const live = await cluster.client.get(path('configmaps', 'worker'))
  expect(live).toMatchObject({ data: { DOCUMENT_NAME: name } })
}

test('an edit is put back within a second, with who did it and what it was', async () => {
  const healer = await startHealer()
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await within(1_000, expectDocument)
  await healer.said('put back')
  const { code, stderr } = await stop(healer)
  expect(stderr).toMatch(
    /ConfigMap\/\S+\/worker +put back: kubectl-edit had changed \.data\.DOCUMENT_NAME: "Roy Kent" → "Ted Lasso"\n/,
  )
  const last = expect.stringMatching(
    /^\d\d:\d\d:\d\d ✓ Stopped; what was deployed stays as it is$/,
  ) as string
  expect({ code, last: stderr.trim().split('\n').at(-1) }).toEqual({ code: 0, last })
})

test('every line of a healer tells when it was said, to people and to programs', async () => {
  const healer = await startHealer()
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await healer.said('put back')
  const { stderr } = await stop(healer)
  const lines = stderr.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(3)
  for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d {1,3}\S/)
  const { stdout } = await environment.deployer('heal', '--context', 'other', '--output', 'json')
  expect(JSON.parse(stdout)).toMatchObject({
    event: 'error',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
  })
})

test('what is deleted is created again, stays in the inventory, and is unchanged for a deploy', async () => {
  const healer = await startHealer()
  const before = await cluster.client.get(path('serviceaccounts', 'worker'))
  await cluster.client.delete(path('serviceaccounts', 'worker'))
  await within(1_000, async () => {
    const after = await cluster.client.get(path('serviceaccounts', 'worker'))
    expect(after.metadata.uid).not.toBe(before.metadata.uid)
  })
  await healer.said('created again: it had been deleted')
  await stop(healer)
  const { stderr } = await environment.deployer('deploy', '--no-wait')
  expect(stderr).toContain('6 unchanged')
})

test('an object that loses our label is ours all the same', async () => {
  const healer = await startHealer()
  await edit({ metadata: { labels: { 'applyset.kubernetes.io/part-of': null } } }, 'kubectl-label')
  await within(1_000, async () => {
    const { metadata } = await cluster.client.get(path('configmaps', 'worker'))
    expect(metadata.labels).toHaveProperty(['applyset.kubernetes.io/part-of'])
  })
  await healer.said('put back')
})

test('a Job that deletes itself when it is done is not run again', async () => {
  const spec = { ttlSecondsAfterFinished: 0, template: { spec: POD } }
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec }
  const folder = await createFolder(cluster, job)
  await folder.deployer('deploy', '--no-wait')
  const options = ['--env', folder.file, '--manifests', folder.folder]
  const healer = await startHealer('Leading as', ...options)
  await cluster.client.delete(`/apis/batch/v1/namespaces/${folder.namespace}/jobs/once`)
  await healer.said(`Job/${folder.namespace}/once: left alone: it deletes itself when it is done`)
})

const POD = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] }

test('what others add, statuses, and a pod that ended are no drift', async () => {
  const healer = await startHealer()
  await edit({ data: { THEIRS: 'stays' } })
  await setPodStatus(cluster, environment.namespace, { phase: 'Succeeded' })
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await healer.said('put back')
  const { stderr } = await stop(healer)
  expect(stderr.match(/put back|created again/g)).toHaveLength(1)
  expect(await cluster.client.get(path('configmaps', 'worker'))).toMatchObject({
    data: { THEIRS: 'stays' },
  })
})

test('a fight with another program slows down and says so', async () => {
  const healer = await startHealer()
  for (let round = 1; round <= 3; round += 1) {
    await edit({ data: { DOCUMENT_NAME: `round ${round}` } }, 'other-controller')
    await within(1_000, expectDocument)
  }
  await edit({ data: { DOCUMENT_NAME: 'round 4' } }, 'other-controller')
  await healer.said('put back 3 times in a row (other-controller 3 times); slowing down')
  await expectDocument('round 4')
  await within(2_000, expectDocument)
})

test('of several who changed it once each, none is said to fight', async () => {
  const healer = await startHealer()
  for (const who of ['kubectl-set', 'kubectl-edit']) {
    await edit({ data: { DOCUMENT_NAME: who } }, who)
    await within(1_000, expectDocument)
  }
  await cluster.client.delete(path('configmaps', 'worker'))
  await within(1_000, expectDocument)
  await edit({ data: { DOCUMENT_NAME: 'again' } }, 'kubectl-set')
  await healer.said('put back 3 times in a row (kubectl-set once, kubectl-edit once, deleted once)')
})

test('a port edited by hand is put back, although the API server takes it for another one', async () => {
  const spec = { clusterIP: 'None', ports: [{ port: 80 }] }
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec }
  const folder = await createFolder(cluster, service)
  await folder.deployer('deploy', '--no-wait')
  const healer = await startHealer('Leading as', '--env', folder.file, '--manifests', folder.folder)
  const at = `/api/v1/namespaces/${folder.namespace}/services/web`
  const change = [{ op: 'replace', path: '/spec/ports/0/port', value: 81 }]
  const fieldManager = 'kubectl-patch'
  await cluster.client.patch(at, 'application/json-patch+json', change, { fieldManager })
  await healer.said('put back: kubectl-patch had changed .spec.ports')
  expect((await cluster.client.get(at))['spec']).toMatchObject({ ports: [{ port: 80 }] })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})

test('a newer deploy is not put back', async () => {
  const healer = await startHealer()
  await environment.set({ document: 'Nathan Shelley' })
  const { code, stderr } = await environment.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  await healer.said('another deploy gave it other values')
  await expectDocument('Nathan Shelley')
})

test('what a newer deploy gave is left alone also when it is edited or deleted later', async () => {
  const healer = await startHealer()
  await environment.set({ document: 'Nathan Shelley' })
  await environment.deployer('deploy', '--no-wait')
  await healer.said('another deploy gave it other values')
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await healer.said(
    'left alone: kubectl-edit changed .data.DOCUMENT_NAME, and another deploy gave it other values',
  )
  await cluster.client.delete(path('configmaps', 'worker'))
  await healer.said('left alone: it was deleted, and another deploy gave it other values')
  // the rest of the set is still kept
  await cluster.client.delete(path('serviceaccounts', 'worker'))
  await healer.said('created again')
  expect((await stop(healer)).stderr).not.toContain('put back')
  const newest = await startHealer()
  await newest.said('ConfigMap')
  await within(1_000, () => expectDocument('Nathan Shelley'))
})

test('a healer that starts with older files undoes nothing that was deployed since', async () => {
  await environment.set({ document: 'Nathan Shelley' })
  await environment.deployer('deploy', '--no-wait')
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await environment.set({ document: 'Ted Lasso' })
  const healer = await startHealer()
  await healer.said('and another deploy gave it other values; start heal again with its files')
  await expectDocument('Roy Kent')
})

test('of two healers one leads; the other takes over when it stops', async () => {
  const first = await startHealer('Leading as', '--lease', '3')
  const second = await startHealer('Standing by', '--lease', '3')
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await first.said('put back')
  await stop(first)
  await second.said('Leading as')
  await edit({ data: { DOCUMENT_NAME: 'Jamie Tartt' } })
  await within(1_000, expectDocument)
  await second.said('Jamie Tartt')
  expect((await stop(second)).stderr).not.toContain('Roy Kent')
})

test('a leader that dies is followed when its lease is over, and what it missed is put back', async () => {
  const first = await startHealer('Leading as', '--lease', '2')
  const second = await startHealer('Standing by', '--lease', '2')
  first.child.kill('SIGKILL')
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await second.said('Leading as')
  await within(1_000, expectDocument)
})

test('a restart of the API server is survived, and what happened meanwhile is put back', async () => {
  const doorway = await createDoorway(Number(new URL(cluster.access.url).port))
  const kubeconfig = join(cluster.directory, 'doorway')
  await writeKubeconfig(kubeconfig, cluster.access, {
    server: `https://127.0.0.1:${doorway.port}`,
  })
  await environment.set({ 'cluster.kubeconfig': kubeconfig })
  const healer = await startHealer()
  await doorway.shut()
  await healer.said('trying again')
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  await sleep(500)
  await doorway.open()
  await within(6_000, expectDocument)
  await healer.said('put back')
  expect((await stop(healer)).code).toBe(0)
  await environment.set({ 'cluster.kubeconfig': cluster.kubeconfig })
  await doorway.shut()
})

test('destroy is not undone: heal ends when nothing is deployed any more', async () => {
  const healer = await startHealer()
  const { code, stderr } = await environment.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const ended = await healer.ended
  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain('nothing is deployed to heal')
  expect(ended.stderr).not.toContain('created again')
  await expect(cluster.client.get(`/api/v1/namespaces/${environment.namespace}`)).rejects.toThrow(
    'not found',
  )
})

test('a namespace that was deleted is told as such, not as a deploy', async () => {
  const healer = await startHealer()
  await cluster.client.delete(`/api/v1/namespaces/${environment.namespace}`)
  const { code, stderr } = await healer.ended
  expect(code).toBe(1)
  expect(stderr).toContain('nothing is deployed to heal')
  expect(stderr).not.toContain('a deploy pruned')
})

test('status is 0 only when all is current and as deployed, and writes nothing', async () => {
  await setPodStatus(cluster, environment.namespace, { phase: 'Succeeded' })
  expect(await environment.deployer('status')).toMatchObject({ code: 0 })
  await edit({ data: { DOCUMENT_NAME: 'Roy Kent' } })
  const { code, stdout, stderr } = await environment.deployer('status')
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /ConfigMap\/\S+\/worker +current +\d+s: edited by kubectl-edit: \.data\.DOC/,
  )
  expect(stderr).toContain('6 of 6 objects current, 1 drifted')
  await expectDocument('Roy Kent')
})
