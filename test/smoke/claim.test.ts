// Only one run at a time holds a cluster: the API server decides, and the mark outlives a run that is killed.
import { join } from 'node:path'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { kubectl as findKubectl } from '../../scripts/kubectl.ts'
import { claim, claimant, release } from '../../smoke/claim.ts'
import { createKubectl } from '../../smoke/kubectl.ts'
import type { Kubectl } from '../../smoke/kubectl.ts'
import { membersSelector, SETS } from '../../smoke/names.ts'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let folder: string
let kubectl: Kubectl

beforeAll(async () => {
  platform = await startTestPlatform()
  folder = await mkdtemp(join(tmpdir(), 'keyless-smoke-'))
  kubectl = createKubectl({
    program: await findKubectl(),
    context: 'keyless-local',
    kubeconfig: platform.kubeconfig,
    env: { ...process.env, KUBECONFIG: platform.kubeconfig },
    signal: new AbortController().signal,
  })
})
afterEach(() => release(kubectl, 'objects'))
afterAll(async () => {
  await platform.close()
  await rm(folder, { recursive: true, force: true })
})

test('of two runs at once one gets the cluster, and the other is told which', async () => {
  const runs = ['one', 'two']
  const results = await Promise.allSettled(
    runs.map((run) => claim(kubectl, 'objects', { run, takeOver: false })),
  )
  const lost = results.findIndex(({ status }) => status === 'rejected')
  const holder = runs[1 - lost]
  expect(await claimant(kubectl, 'objects')).toBe(holder)
  expect(results[lost]).toMatchObject({
    reason: { code: 'ERR_OCCUPIED', message: `the cluster has a smoke run already: ${holder}` },
  })
  expect(results[1 - lost]).toMatchObject({ status: 'fulfilled' })
})

test('a run that goes on takes the cluster over, whether an earlier one holds it or none', async () => {
  await claim(kubectl, 'objects', { run: 'first', takeOver: true })
  expect(await claimant(kubectl, 'objects')).toBe('first')
  await claim(kubectl, 'objects', { run: 'second', takeOver: true })
  expect(await claimant(kubectl, 'objects')).toBe('second')
})

test('a cluster that was given free is held by nobody', async () => {
  await claim(kubectl, 'objects', { run: 'first', takeOver: false })
  await release(kubectl, 'objects')
  await release(kubectl, 'objects')
  expect(await claimant(kubectl, 'objects')).toBeUndefined()
})

test('the mark of a cluster says nothing of the objects in it', async () => {
  await claim(kubectl, 'cluster', { run: 'first', takeOver: false })
  expect(await claimant(kubectl, 'objects')).toBeUndefined()
  await release(kubectl, 'cluster')
})

test.for([
  { named: 'of our worker', name: SETS.worker.name, manifests: undefined, isOurs: true },
  {
    named: 'of our pod without a label',
    name: SETS.noLabel.name,
    manifests: SETS.noLabel.folder,
    isOurs: true,
  },
  { named: 'of somebody else, called worker', name: 'worker', manifests: undefined, isOurs: false },
])('a set $named is among ours: $isOurs', async ({ name, manifests, isOurs }) => {
  const set = Object.values(SETS).find((one) => one.name === name) ?? SETS.worker
  const environment = join(platform.directory, `${name}.yaml`)
  const text = await readFile(platform.environment, 'utf8')
  await writeFile(environment, text.replace(/^namespace: .*/m, `namespace: ${set.namespace}`))
  const files = join(folder, manifests ?? 'unused')
  await mkdir(files, { recursive: true })
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: set.namespace } }
  await writeFile(join(files, 'namespace.yaml'), JSON.stringify(namespace))
  const args = ['--env', environment, ...(manifests === undefined ? [] : ['--manifests', files])]
  expect(await platform.deployer('deploy', ...args, '--no-wait')).toMatchObject({ code: 0 })
  const found = await platform.kubectl(
    'get',
    'namespaces',
    '--selector',
    membersSelector(),
    '--output',
    'name',
  )
  expect(found.stdout.includes(`namespace/${set.namespace}`)).toBe(isOurs)
  expect(await platform.deployer('destroy', ...args)).toMatchObject({ code: 0 })
})
