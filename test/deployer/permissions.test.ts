// What a user may not do is found before the first write, and told as the role that would allow it.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from './account.ts'
import { startCluster, writeKubeconfig } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import { isReading, startRecorder } from './recorder.ts'
import type { Recorded, Recorder } from './recorder.ts'

const MERGE = 'application/merge-patch+json'
let direct: TestCluster
let recorder: Recorder

beforeAll(async () => {
  direct = await startCluster()
  recorder = await startRecorder(direct)
})
afterAll(async () => {
  await recorder.close()
  await direct.close()
})

test('a missing permission stops the run before the first write, with the role that grants it', async () => {
  const environment = await createFolder(recorder.cluster, configMap('one', { a: '1' }))
  const { namespace } = environment
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
  const token = await accountThatMay(namespace, ['get', 'list'])
  const kubeconfig = join(direct.directory, `limited-${namespace}`)
  await writeKubeconfig(kubeconfig, recorder.cluster.access, { token })
  await environment.set({ 'cluster.kubeconfig': kubeconfig })
  recorder.requests.length = 0
  const { code, stderr } = await environment.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 5 })
  expect(stderr).toContain('nothing was written: may not create')
  expect(stderr).toMatch(/kind: Role\n.*\n.*name: keyless-cosmos-deployer\n +namespace: test-/)
  const written = recorder.requests.filter((one) => !isReading(one) && !isReview(one))
  expect(written).toEqual([])
  const named = {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['create', 'get', 'list', 'patch'],
  }
  await direct.client.patch(`${roles}/roles/limited`, MERGE, { rules: [named] })
  expect(await environment.deployer('deploy')).toMatchObject({ code: 0 })
})

test('an inventory that may not be written is told as the role that is missing, and nothing is written', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' }, data: {} }
  const environment = await createFolder(recorder.cluster, secret)
  const { namespace } = environment
  const verbs = ['get', 'list', 'create', 'patch']
  const token = await accountThatMay(namespace, verbs)
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`
  const rules = [
    { apiGroups: [''], resources: ['secrets'], verbs },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
  ]
  await direct.client.patch(`${roles}/limited`, MERGE, { rules })
  const kubeconfig = join(direct.directory, `limited-${namespace}`)
  await writeKubeconfig(kubeconfig, recorder.cluster.access, { token })
  await environment.set({ 'cluster.kubeconfig': kubeconfig })
  const { code, stderr } = await environment.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 5 })
  expect(stderr).toContain('nothing was written: may not create')
  expect(stderr).toContain('resources:\n      - configmaps')
  const { items } = (await direct.client.get(`/api/v1/namespaces/${namespace}/secrets`)) as {
    readonly items?: readonly unknown[]
  }
  expect(items).toEqual([])
})

function isReview({ path }: Recorded): boolean {
  return path.endsWith('/selfsubjectaccessreviews')
}

/** A token of a service account with these verbs on config maps of its namespace. */
function accountThatMay(namespace: string, verbs: readonly string[]): Promise<string> {
  return createAccount(direct, namespace, [{ apiGroups: [''], resources: ['configmaps'], verbs }])
}
