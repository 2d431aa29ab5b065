// What others put beside ours into a pod template: `status` tells it, and raises no alarm where nobody did.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { createFolder } from './manifest-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

/** With a probe and a port, which the API server completes. */
const TEMPLATE = {
  metadata: { labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'app',
        image: 'test/sh:1',
        env: [{ name: 'A', value: '1' }],
        ports: [{ containerPort: 80 }],
        readinessProbe: { httpGet: { path: '/', port: 80 } },
      },
    ],
  },
}

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: { app: 'web' } }, template: TEMPLATE },
}

const NIGHTLY = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly' },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: { spec: { template: { spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } } } },
  },
}

const ONE = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' }, spec: TEMPLATE.spec }

const VARIABLE = { containers: [{ name: 'app', env: [{ name: 'LEVEL', value: 'debug' }] }] }

test('what people add to a template is told by status, and is no drift', async () => {
  const folder = await createFolder(cluster, WEB, NIGHTLY, ONE)
  const deployed = await folder.deployer('deploy', '--no-wait')
  expect(deployed, deployed.stderr).toMatchObject({ code: 0 })
  expect((await folder.deployer('status')).stdout).not.toContain('also has')
  const patch = (path: string, body: object, fieldManager: string) =>
    cluster.client.patch(
      path.replace('NAMESPACE', folder.namespace),
      'application/strategic-merge-patch+json',
      body,
      { fieldManager },
    )
  const web = '/apis/apps/v1/namespaces/NAMESPACE/deployments/web'
  await patch(web, { spec: { template: { spec: VARIABLE } } }, 'kubectl-set')
  const labelled = { metadata: { labels: { 'team/name': 'red' } } }
  await patch(web, { spec: { template: labelled } }, 'kubectl-edit')
  const volumes = [{ name: 'tmp', emptyDir: {} }]
  const inJob = { spec: { jobTemplate: { spec: { template: { spec: { volumes } } } } } }
  await patch('/apis/batch/v1/namespaces/NAMESPACE/cronjobs/nightly', inJob, 'kubectl-edit')
  await patch('/api/v1/namespaces/NAMESPACE/pods/one', labelled, 'kubectl-label')
  const { stdout, stderr } = await folder.deployer('status')
  expect(stdout).toMatch(
    /Deployment\/\S+\/web .*also has \.spec\.template\.(spec|metadata)\S+, \.spec\.template\S+ of kubectl-\w+, kubectl-\w+\n/,
  )
  expect(stdout).toContain('.spec.template.spec.containers[name=app].env[name=LEVEL]')
  expect(stdout).toContain('.spec.template.metadata.labels["team/name"]')
  expect(stdout).toMatch(
    /nightly .*also has \.spec\.jobTemplate\.spec\.template\.spec\.volumes\[name=tmp\] of kubectl-edit\n/,
  )
  expect(stdout).toMatch(/one .*also has \.metadata\.labels\["team\/name"\] of kubectl-label\n/)
  expect(stderr).toContain('0 drifted')
  await folder.deployer('destroy')
})
