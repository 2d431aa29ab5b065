// What the API server completes or writes in its own way: nobody may call it a change, neither plan, nor status, nor heal.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { start } from '../support/run.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { createFolder } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'
import { startRecorder } from './recorder.ts'

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
}
const POLICY = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'web' },
  spec: {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress'],
    ingress: [{ ports: [{ port: 80 }] }],
  },
}
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    // no pod of it need ever run for it to be current
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:1',
            env: [{ name: 'E', value: '' }],
            ports: [{ name: 'http', containerPort: 8080 }],
            resources: { limits: { memory: '1024Mi', cpu: 0.5 } },
          },
        ],
      },
    },
  },
}
const LEFT_TO_THE_SERVER = [SERVICE, POLICY, DEPLOYMENT]
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

function startHealer({ file, folder }: TestFolder) {
  const words = ['heal', '--env', file, '--manifests', folder]
  return start([process.execPath, join('deployer', 'main.ts'), ...words])
}

async function deployed(): Promise<TestFolder> {
  const folder = await createFolder(cluster, ...LEFT_TO_THE_SERVER)
  const { code, stderr } = await folder.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return folder
}

function patch({ namespace }: TestFolder, change: object, fieldManager: string) {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`
  return cluster.client.patch(path, 'application/strategic-merge-patch+json', change, {
    fieldManager,
  })
}

test('plan calls it unchanged, with a dry run for what it cannot tell itself, and status finds no drift', async () => {
  const folder = await deployed()
  const plan = await folder.deployer('plan', '--exit-code')
  expect(plan).toMatchObject({ code: 0 })
  expect(plan.stderr).toContain('Planned: 3 unchanged')
  const { code, stdout, stderr } = await folder.deployer('status')
  expect({ code, stdout }).toMatchObject({ code: 0 })
  expect(stderr).toContain('3 of 3 objects current, 0 drifted')
})

test('a second plan asks about what it cannot tell itself, and of the Service alone it can', async () => {
  const folder = await deployed()
  const recorder = await startRecorder(cluster)
  try {
    await folder.set({ 'cluster.kubeconfig': recorder.cluster.kubeconfig })
    await folder.deployer('plan')
    const tries = recorder.requests.filter(({ method }) => method === 'PATCH')
    const asked = tries.map(({ path }) => path.split('?')[0]?.split('/').at(-2))
    expect(new Set(asked)).toEqual(new Set(['deployments', 'networkpolicies']))
    expect(asked).toHaveLength(2)
  } finally {
    await recorder.close()
  }
})

test('a reader who may not write learns from the inventory that these files are deployed', async () => {
  const folder = await deployed()
  const recorder = await startRecorder(cluster)
  try {
    recorder.refusal = ({ method }) => (method === 'PATCH' ? 403 : undefined)
    await folder.set({ 'cluster.kubeconfig': recorder.cluster.kubeconfig })
    expect((await folder.deployer('status')).stderr).toContain('0 drifted')
  } finally {
    await recorder.close()
  }
})

test('of an edit beside it status names that alone', async () => {
  const folder = await deployed()
  await patch(folder, { spec: { replicas: 1 } }, 'kubectl-edit')
  const { code, stdout } = await folder.deployer('status')
  expect(code).toBe(1)
  expect(stdout).toMatch(/Deployment\/\S+\/web .*edited by kubectl-edit: \.spec\.replicas\n/)
})

test('heal puts nothing back, also after an edit beside it', async () => {
  const folder = await deployed()
  const healer = startHealer(folder)
  await healer.said('Leading as')
  await sleep(500)
  await patch(folder, { spec: { replicas: 1 } }, 'kubectl-edit')
  await healer.said('put back')
  await patch(folder, { metadata: { annotations: { theirs: 'stays' } } }, 'kubectl-annotate')
  await sleep(1_000)
  healer.child.kill('SIGTERM')
  const { stderr } = await healer.ended
  expect(stderr.match(/(?<= )(?:put back|!)[ :].*/g)).toEqual([
    'put back: kubectl-edit had changed .spec.replicas: 1 → 0',
  ])
})

test('a target port edited by hand is drift of who did it, and is put back', async () => {
  const folder = await deployed()
  const at = `/api/v1/namespaces/${folder.namespace}/services/web`
  const change = { spec: { ports: [{ port: 80, targetPort: 'other' }] } }
  const type = 'application/strategic-merge-patch+json'
  await cluster.client.patch(at, type, change, { fieldManager: 'kubectl-patch' })
  const { code, stdout } = await folder.deployer('status')
  expect(code).toBe(1)
  expect(stdout).toMatch(/Service\/\S+\/web .*edited by kubectl-patch: \.spec\.ports\n/)
  const healer = startHealer(folder)
  await healer.said('put back: kubectl-patch had changed .spec.ports')
  healer.child.kill('SIGTERM')
  await healer.ended
  const live = await cluster.client.get(at)
  expect(live).toMatchObject({ spec: { ports: [{ port: 80, targetPort: 'http' }] } })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})
