// A Service that leads to nothing is told before the first write; where it leads somewhere, nobody is asked about pods.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { createFolder } from './manifest-folder.ts'
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

const web = deployment({ container: { ports: [{ name: 'http', containerPort: 80 }] } })

function service(selector: object, targetPort: number | string = 'http', rest: object = {}) {
  const ports = [{ port: 80, targetPort }]
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector, ports, ...rest },
  }
}

function warningsIn(text: string): readonly string[] {
  return text.match(/(?<=^! Service\/\S+: ).*$/gm) ?? []
}

function podLists(): readonly string[] {
  return recorder.requests.map(({ path }) => path).filter((path) => /\/pods(\?|$)/.test(path))
}

test('a Service that leads to pods of the manifests is planned without asking about pods', async () => {
  const folder = await createFolder(recorder.cluster, web, service({ app: 'web' }))
  recorder.requests.length = 0
  const { code, stderr } = await folder.deployer('plan')
  expect({ code, warnings: warningsIn(stderr), lists: podLists() }).toEqual({
    code: 0,
    warnings: [],
    lists: [],
  })
})

test.for([
  {
    when: 'the selector is misspelt',
    object: service({ app: 'wbe' }),
    says: 'its selector app=wbe matches no pod, neither of the manifests nor of the namespace',
  },
  {
    when: 'the port is misspelt',
    object: service({ app: 'web' }, 'htpp'),
    says: 'its targetPort htpp (TCP) is no port of the pods it selects, which name http (TCP)',
  },
])('a Service is warned of and deployed all the same when $when', async ({ object, says }) => {
  const folder = await createFolder(recorder.cluster, web, object)
  const planned = await folder.deployer('plan')
  expect(warningsIn(planned.stderr)).toEqual([expect.stringContaining(says)])
  const deployed = await folder.deployer('deploy', '--no-wait')
  expect({ ...deployed, warnings: warningsIn(deployed.stderr) }).toMatchObject({
    code: 0,
    warnings: [expect.stringContaining(says)],
  })
  recorder.requests.length = 0
  const again = await folder.deployer('plan')
  expect({ warnings: warningsIn(again.stderr), lists: podLists() }).toEqual({
    warnings: [],
    lists: [],
  })
})

test('pods that somebody else runs are pods too, and their ports count', async () => {
  const folder = await createFolder(recorder.cluster, service({ app: 'theirs' }, 'htpp'))
  const metadata = { name: 'theirs', labels: { app: 'theirs' } }
  const ports = [{ name: 'http', containerPort: 80 }]
  const spec = { containers: [{ name: 'app', image: 'test/sh:1', ports }] }
  const accounts = `/api/v1/namespaces/${folder.namespace}/serviceaccounts`
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'own' } }
  await direct.client.create(accounts, account)
  await direct.client.create(`/api/v1/namespaces/${folder.namespace}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { ...spec, serviceAccountName: 'own' },
  })
  const misspelt = await folder.deployer('plan')
  expect(warningsIn(misspelt.stderr)).toEqual([expect.stringContaining('targetPort htpp (TCP)')])
  await folder.write(service({ app: 'theirs' }))
  expect(warningsIn((await folder.deployer('plan')).stderr)).toEqual([])
})

test('a Service that stays is warned of when its pods lose the label or go', async () => {
  const labelled = deployment({ labels: { tier: 'front' } })
  const front = service({ tier: 'front' }, 80)
  const folder = await createFolder(recorder.cluster, labelled, front)
  expect((await folder.deployer('deploy', '--no-wait')).code).toBe(0)
  const says = [
    expect.stringMatching(
      /^its selector tier=front matches no pod any more: this deploy takes that from Deployment\/\S+\/web$/,
    ),
  ]
  await folder.write(deployment({}), front)
  expect(warningsIn((await folder.deployer('plan')).stderr)).toEqual(says)
  await folder.write(front)
  expect(warningsIn((await folder.deployer('plan')).stderr)).toEqual(says)
})
