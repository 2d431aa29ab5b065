import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../local/kubernetes/client.ts'
import type { KubernetesClient } from '../../local/kubernetes/client.ts'
import { PodObject } from '../../local/kubernetes/node/pod-object.ts'
import type { Pod } from '../../local/kubernetes/node/pod.ts'
import { podStatus } from '../../local/kubernetes/node/status.ts'
import { createAuthority } from '../../local/tls.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'

let server: ApiServer
let client: KubernetesClient
beforeAll(async () => {
  server = await startApiServer({ authority: await createAuthority(Date.now()) })
  client = createClient(server.access)
}, 90_000)
afterAll(async () => {
  client.close()
  await server.close()
})

const NAMESPACE = '/api/v1/namespaces/default'
const GATE = 'example.com/gate'
const MERGE = 'application/strategic-merge-patch+json'

async function createPod(name: string): Promise<Pod> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  await client.create(`${NAMESPACE}/serviceaccounts`, account).catch(() => {})
  const spec = {
    nodeName: 'node-1',
    automountServiceAccountToken: false,
    readinessGates: [{ conditionType: GATE }],
    containers: [{ name: 'c', image: 'i' }],
  }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }
  return (await client.create(`${NAMESPACE}/pods`, pod)) as unknown as Pod
}

test('a condition that somebody else writes just before the node reports is kept', async () => {
  const pod = await createPod('gated')
  const path = `${NAMESPACE}/pods/gated`
  const gate = (status: string) =>
    client.patch(`${path}/status`, MERGE, { status: { conditions: [{ type: GATE, status }] } })
  await gate('False')
  const seen = (await client.get(path)) as unknown as Pod
  const object = new PodObject(seen, client)
  await gate('True')
  const now = Date.now()
  const facts = { address: '127.0.0.1', hasSandbox: true, isEnding: false, startedAt: now, now }
  await object.report(podStatus(object.pod, { ...facts, records: new Map() }))
  const { status } = (await client.get(path)) as unknown as Pod
  expect(pod.metadata.name).toBe('gated')
  expect(status.conditions?.find(({ type }) => type === GATE)?.status).toBe('True')
  expect(status.conditions?.filter(({ type }) => type === 'Initialized')).toHaveLength(1)
})
