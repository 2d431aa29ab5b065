// What only the pods would find out is said before the first write, and asks nothing where nothing changes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import { startRecorder } from './recorder.ts'
import type { Recorder } from './recorder.ts'
import { deployment } from './workload-folder.ts'

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

const variable = { name: 'PORT', valueFrom: { configMapKeyRef: { name: 'ours', key: 'PORT' } } }
const web = deployment({
  container: {
    env: [variable],
    envFrom: [{ configMapRef: { name: 'thiers' } }, { secretRef: { name: 'there' } }],
  },
  pod: { serviceAccountName: 'nobody' },
})
const NEEDS = /^! Deployment\/\S+\/web: its pods need .*$/gm

test('names that nobody has and keys that are not there are warned of, and nothing is refused', async () => {
  const folder = await createFolder(recorder.cluster, configMap('ours', { PROT: '80' }), web)
  const secrets = `/api/v1/namespaces/${folder.namespace}/secrets`
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'there' } }
  await direct.client.create(secrets, secret)
  const { code, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr.match(NEEDS)?.map((line) => line.replace(/.*its pods need /, ''))).toEqual([
    'ServiceAccount "nobody", which is neither in the manifests nor in the namespace',
    'ConfigMap "thiers", which is neither in the manifests nor in the namespace',
    'key "PORT" of ConfigMap "ours", which does not have it',
  ])
  expect((await folder.deployer('deploy', '--no-wait')).stderr).toMatch(
    /its pods need [^]*Deployment\/\S+\/web +created/,
  )
  recorder.requests.length = 0
  expect((await folder.deployer('plan')).stderr).not.toContain('its pods need')
  expect(recorder.requests.length).toBeLessThan(8)
})

test('what a deploy prunes is not there for its pods', async () => {
  const named = deployment({ container: { envFrom: [{ configMapRef: { name: 'old' } }] } })
  const folder = await createFolder(recorder.cluster, configMap('old', { a: '1' }), named)
  const first = await folder.deployer('deploy', '--no-wait')
  expect(first.stderr).not.toContain('its pods need')
  await folder.write(
    deployment({
      container: { envFrom: [{ configMapRef: { name: 'old' } }], args: ['sleep 1'] },
    }),
  )
  const { stderr } = await folder.deployer('plan')
  expect(stderr).toContain('its pods need ConfigMap "old", which this deploy removes')
})
