// An API that does not tell which kinds it serves: what is of it is not seen, so that nothing may be judged empty.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder, deleteInventory } from './manifest-folder.ts'
import { startRecorder } from './recorder.ts'
import type { Recorder } from './recorder.ts'

let direct: TestCluster
let recorder: Recorder

beforeAll(async () => {
  direct = await startCluster()
  recorder = await startRecorder(direct)
})
afterEach(() => {
  recorder.refusal = () => undefined
})
afterAll(async () => {
  await recorder.close()
  await direct.close()
})

test.each(['/apis', '/apis/rbac.authorization.k8s.io/v1'])(
  'a namespace stays while %s does not tell its kinds',
  async (silent) => {
    const folder = await createFolder(recorder.cluster)
    const own = `${folder.namespace}-own`
    await folder.set({ namespace: own })
    await folder.write({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: own } })
    expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
    refuse(silent)
    const { code, stderr } = await folder.deployer('destroy')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const name = silent === '/apis' ? silent : silent.replace('/apis/', '')
    expect(stderr).toContain(
      `Namespace/${own} stays: it holds 1 of others: ${name} (does not tell its kinds)`,
    )
    expect(await direct.client.get(`/api/v1/namespaces/${own}`)).toMatchObject({
      status: { phase: 'Active' },
    })
  },
)

test('a search without the inventory says which API it saw nothing of', async () => {
  const folder = await createFolder(recorder.cluster, configMap('found', {}))
  expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
  await deleteInventory(direct, folder)
  refuse('/apis/rbac.authorization.k8s.io/v1')
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('There is no inventory, and rbac.authorization.k8s.io/v1 cannot be')
  expect(stderr).toContain('✓ Destroyed: 1 deleted')
})

function refuse(silent: string): void {
  recorder.refusal = ({ path }) => (path === silent ? 403 : undefined)
}
