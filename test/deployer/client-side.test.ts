// What kubectl applied is taken over, and the plan of it shows just what the apply does.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKubectl } from '../real/kubectl.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

const POD = { containers: [{ name: 'app', image: 'app:1', ports: [{ containerPort: 80 }] }] }

function deployment(spec: object = {}) {
  const selector = { matchLabels: { app: 'web' } }
  const template = { metadata: { labels: { app: 'web' } }, spec: POD }
  const metadata = { name: 'web' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector, template, ...spec },
  }
}

function service(spec: object = {}) {
  const metadata = { name: 'web' }
  const all = { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: all }
}

function cronJob(spec: object = {}) {
  const template = { spec: { ...POD, restartPolicy: 'Never' } }
  const all = { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } }, ...spec }
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'yearly' }, spec: all }
}

/** What `kubectl apply -f` makes of a folder. */
async function kubectlApply({ folder, namespace }: TestFolder): Promise<void> {
  const kubectl = createKubectl(cluster.kubeconfig)
  await kubectl('apply', '--namespace', namespace, '-f', join(folder, 'all.yaml'))
}

/** The changes that a plan shows, without the labels of the deployer. */
async function plannedChanges(folder: TestFolder): Promise<readonly string[]> {
  const { code, stdout, stderr } = await folder.deployer('plan', '--adopt')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toContain('moves from client-side apply')
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('    ') && !line.startsWith('    .metadata.labels'))
    .map((line) => line.trim())
}

async function adopt(folder: TestFolder): Promise<string> {
  const { code, stderr } = await folder.deployer('deploy', '--adopt', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return stderr
}

test('fields that only have their default are not told as removals, and none is missed after', async () => {
  const objects = [deployment(), service(), configMap('settings', { a: '1' }), cronJob()]
  const folder = await createFolder(cluster, ...objects)
  await kubectlApply(folder)
  expect(await plannedChanges(folder)).toEqual([])
  expect(await adopt(folder)).not.toContain('should be gone')
  expect((await folder.deployer('plan', '--exit-code')).code).toBe(0)
})

test('what the manifests do not state any more is shown as what becomes of it', async () => {
  const folder = await createFolder(
    cluster,
    deployment({ replicas: 3, minReadySeconds: 5, revisionHistoryLimit: 10 }),
    service({ sessionAffinity: 'ClientIP', publishNotReadyAddresses: true }),
    configMap('settings', { a: '1', old: 'x' }),
    cronJob({ suspend: true, concurrencyPolicy: 'Forbid' }),
  )
  await kubectlApply(folder)
  await folder.write(deployment(), service(), configMap('settings', { a: '1' }), cronJob())
  const expected = [
    '.data.old: "x" → absent',
    '.spec.minReadySeconds: 5 → absent',
    '.spec.replicas: 3 → 1',
    '.spec.concurrencyPolicy: "Forbid" → "Allow"',
    '.spec.suspend: true → false',
    '.spec.publishNotReadyAddresses: true → absent',
    '.spec.sessionAffinity: "ClientIP" → "None"',
    '.spec.sessionAffinityConfig: {"clientIP":{"timeoutSeconds":10800}} → absent',
  ]
  const planned = await plannedChanges(folder)
  expect(planned.toSorted()).toEqual(expected.toSorted())
  expect(await adopt(folder)).not.toContain('should be gone')
  const at = `/namespaces/${folder.namespace}`
  const web = await cluster.client.get(`/apis/apps/v1${at}/deployments/web`)
  expect(web).toMatchObject({ spec: { replicas: 1 } })
  expect(web['spec']).not.toHaveProperty('minReadySeconds')
  const front = await cluster.client.get(`/api/v1${at}/services/web`)
  expect(front).toMatchObject({ spec: { sessionAffinity: 'None' } })
  expect(front['spec']).not.toHaveProperty('sessionAffinityConfig')
  const yearly = await cluster.client.get(`/apis/batch/v1${at}/cronjobs/yearly`)
  expect(yearly).toMatchObject({ spec: { suspend: false, concurrencyPolicy: 'Allow' } })
  expect((await folder.deployer('plan', '--exit-code')).code).toBe(0)
})
