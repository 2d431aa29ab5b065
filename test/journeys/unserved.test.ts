// The local platform serves a part of Kubernetes; what it lacks is named as that, and where it is served.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workloadFolder } from '../deployer/workload-folder.ts'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform()
})
afterAll(() => platform.close())

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
}
const storage = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'fast' },
  provisioner: 'x',
}
/** Of its whole group the platform serves nothing. */
const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: {
    maxReplicas: 2,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  },
}
const HINT =
  /hint {2}the local platform serves only .* a cluster of target kind or aks serves these/

test.for([
  { when: 'one that is known by heart', name: 'claim', objects: [claim] },
  { when: 'one that is found by discovery', name: 'class', objects: [storage] },
  { when: 'one of a group of its own', name: 'group', objects: [autoscaler] },
  { when: 'both', name: 'both', objects: [claim, storage] },
])('every object of a kind that the platform lacks is named: $when', async ({ name, objects }) => {
  const folder = await workloadFolder(platform, `unserved-${name}`, objects)
  const { code, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(HINT) })
  for (const { kind, apiVersion } of objects) {
    expect(stderr).toContain(`the cluster serves no kind ${kind} in ${apiVersion}`)
  }
})

test('a kind that nobody serves is not looked for elsewhere', async () => {
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }
  const folder = await workloadFolder(platform, 'unserved-widget', [widget])
  const { code, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 2 })
  expect(stderr).toContain('hint  check apiVersion and kind')
})
