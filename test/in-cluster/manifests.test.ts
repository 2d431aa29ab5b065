// manifests/platform: deployed by the deployer, and with no more rights than the platform needs.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, parseDocument, stringify } from 'yaml'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess } from '../../local/kubernetes/client.ts'
import { at, textAt } from '../../local/kubernetes/object.ts'
import type { KubeObject } from '../../local/kubernetes/object.ts'
import { deployer, writeKubeconfig } from '../deployer/cluster.ts'
import type { Said } from '../deployer/cluster.ts'
import {
  MANIFESTS,
  manifestsWithoutPods,
  NAMESPACE,
  ROOTS_PATH,
  startPlatformCluster,
} from './cluster.ts'
import type { PlatformCluster } from './cluster.ts'

let cluster: PlatformCluster
let first: Said
let deployAgain: (command?: string) => Promise<Said>

beforeAll(async () => {
  cluster = await startPlatformCluster(async (access, directory) => {
    const place = await deployable(access, directory)
    deployAgain = (command = 'deploy') => deployer([command, ...place])
    first = await deployAgain()
  })
})

afterAll(() => cluster.close())

test('the deployer brings them, and finds nothing to do once the platform has filled them', async () => {
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('14 created') })
  await (
    await cluster.startPlatform()
  ).up
  expect(textAt(await cluster.client.get(ROOTS_PATH), 'data', 'ca.crt')).toContain('CERTIFICATE')
  const again = await deployAgain()
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('14 unchanged') })
  expect((await deployAgain('status')).code).toBe(0)
})

test('the platform’s pod is admitted where only restricted pods are', async () => {
  const text = await readFile(join(MANIFESTS, '70-deployment.yaml'), 'utf8')
  const template = at(parse(text), 'spec', 'template') as Pick<KubeObject, 'metadata' | 'spec'>
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await cluster.client.create('/api/v1/namespaces', { metadata: { name: 'strict', labels } })
  await cluster.client.create('/api/v1/namespaces/strict/serviceaccounts', {
    metadata: { name: 'platform', namespace: 'strict' },
  })
  const pod = await cluster.client.create(
    '/api/v1/namespaces/strict/pods',
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'platform' }, spec: template.spec },
    { dryRun: 'All' },
  )
  expect(pod.kind).toBe('Pod')
})

const ADMISSION = 'admissionregistration.k8s.io'

test.for<{
  may: boolean
  verb: string
  resource: string
  name?: string
  namespace?: string
  group?: string
}>([
  { may: true, verb: 'get', resource: 'secrets', name: 'platform-tls', namespace: NAMESPACE },
  { may: true, verb: 'update', resource: 'configmaps', name: 'trust-root', namespace: NAMESPACE },
  { may: true, verb: 'get', resource: 'serviceaccounts', name: 'worker', namespace: 'app' },
  {
    may: true,
    verb: 'patch',
    resource: 'mutatingwebhookconfigurations',
    name: 'keyless-platform-webhook',
    group: ADMISSION,
  },
  { may: false, verb: 'get', resource: 'secrets', name: 'other', namespace: NAMESPACE },
  { may: false, verb: 'list', resource: 'secrets', namespace: NAMESPACE },
  { may: false, verb: 'create', resource: 'secrets', namespace: NAMESPACE },
  { may: false, verb: 'get', resource: 'secrets', name: 'platform-tls', namespace: 'app' },
  { may: false, verb: 'update', resource: 'configmaps', name: 'platform', namespace: NAMESPACE },
  {
    may: false,
    verb: 'create',
    resource: 'serviceaccounts/token',
    name: 'worker',
    namespace: 'app',
  },
  { may: false, verb: 'list', resource: 'serviceaccounts', namespace: 'app' },
  { may: false, verb: 'create', resource: 'pods', namespace: NAMESPACE },
  {
    may: false,
    verb: 'patch',
    resource: 'mutatingwebhookconfigurations',
    name: 'other',
    group: ADMISSION,
  },
  { may: false, verb: 'create', resource: 'mutatingwebhookconfigurations', group: ADMISSION },
])('the platform may $verb $resource: $may (name $name, namespace $namespace)', async (row) => {
  const { may, verb, resource, name, namespace, group = '' } = row
  const [plural, subresource] = resource.split('/')
  const client = createClient({
    ...cluster.access,
    token: await readFile(join(cluster.serviceAccountDirectory, 'token'), 'utf8'),
  })
  const answer = await client.create('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb, resource: plural, subresource, name, namespace, group } },
  })
  client.close()
  expect(at(answer, 'status', 'allowed')).toBe(may)
})

/** The manifests in a folder, and an environment of their namespace: the words behind a command of the deployer. */
async function deployable(access: ApiAccess, directory: string): Promise<readonly string[]> {
  const folder = join(directory, 'platform')
  await mkdir(folder)
  for (const [index, object] of (await manifestsWithoutPods()).entries())
    await writeFile(join(folder, `${String(index).padStart(2, '0')}.yaml`), stringify(object))
  const template = await readFile(join('manifests', 'environments', 'local.yaml'), 'utf8')
  const environment = parseDocument(template)
  environment.setIn(['namespace'], NAMESPACE)
  environment.setIn(['cluster', 'context'], 'test')
  environment.setIn(['cluster', 'kubeconfig'], join(directory, 'kubeconfig'))
  await writeKubeconfig(join(directory, 'kubeconfig'), access)
  const file = join(directory, 'environment.yaml')
  await writeFile(file, environment.toString())
  return ['--env', file, '--manifests', folder]
}
