// Two runs deploy the same set at the same time: neither forgets what the other has deployed.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { textAt } from '../../deployer/core/object.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'
import { isReading, startRecorder } from './recorder.ts'
import type { Recorder } from './recorder.ts'

let direct: TestCluster
let recorder: Recorder

beforeAll(async () => {
  direct = await startCluster()
  recorder = await startRecorder(direct)
})
afterEach(() => {
  recorder.before = () => Promise.resolve()
})
afterAll(async () => {
  await recorder.close()
  await direct.close()
})

/** Deploys, and lets another run deploy these from its planning to its end just before the inventory is written. */
async function deployWhile(folder: TestFolder, ...others: readonly object[]) {
  let other: ReturnType<TestFolder['deployer']> | undefined
  recorder.before = async (request) => {
    if (other || isReading(request) || !request.path.includes('/inventory-')) return
    await folder.write(...others)
    other = folder.deployer('deploy')
    await other
  }
  const ours = await folder.deployer('deploy')
  return { ours, other: await other }
}

async function remembered({ namespace }: TestFolder): Promise<readonly string[]> {
  const { items } = await direct.client.list(`/api/v1/namespaces/${namespace}/configmaps`)
  const inventory = items.find(({ metadata }) => metadata.name?.startsWith('inventory-'))
  const objects = textAt(inventory, 'data', 'objects') ?? ''
  return objects.match(/(?<="name":")[^"]+/g) ?? []
}

test('what another run has added meanwhile stays in the inventory', async () => {
  const folder = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  await folder.deployer('deploy')
  await folder.write(configMap('one', { a: '2' }), configMap('ours', {}))
  const both = [configMap('one', { a: '1' }), configMap('theirs', {})]
  const { ours, other } = await deployWhile(folder, ...both)
  expect(other).toMatchObject({ code: 0 })
  expect(ours).toMatchObject({ code: 0 })
  expect(await remembered(folder)).toEqual(['one', 'ours', 'theirs'])
  const { stderr } = await folder.deployer('deploy')
  expect(stderr).toContain('1 configured, 1 pruned, 1 unchanged')
})

test('where another run has made the inventory, the plan is no longer true and the run stops', async () => {
  const folder = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  const { ours, other } = await deployWhile(folder, configMap('one', { a: '2' }))
  expect(other).toMatchObject({ code: 0 })
  expect(ours.code).toBe(1)
  expect(ours.stderr).toContain('ERR_PLAN_CHANGED')
  expect(ours.stderr).toContain('another run deploys the same set')
  expect(await remembered(folder)).toEqual(['one'])
  expect((await folder.deployer('deploy')).stderr).toContain('1 unchanged')
})
