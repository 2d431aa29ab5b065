// The workload-identity webhook is down when a controller makes its pods: the deploy says so, and the next one ends well
// once it is up.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinHollowNode } from '../controllers/hollow-node.ts'
import { createEnvironment, startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { deployment, job, workloadFolder } from './workload-folder.ts'

/** A real API server reads its webhooks anew about once a second. */
const WEBHOOK_KNOWN_MS = 3_000
const LABELS = { 'azure.workload.identity/use': 'true' }

let cluster: TestCluster
const ended = new AbortController()
let isUp = false

/** On a real API server a webhook is down when it is configured and its service has nobody behind it. */
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
const WEBHOOK = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'azure-wi-webhook-mutating-webhook-configuration' },
  webhooks: [
    {
      name: 'mutation.azure-workload-identity.io',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: {
        service: { name: 'azure-wi-webhook-webhook-service', namespace: 'default' },
      },
      objectSelector: { matchLabels: LABELS },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
      ],
    },
  ],
}

async function setUp(up: boolean): Promise<void> {
  isUp = up
  if (process.env['KUBEBUILDER_ASSETS'] === undefined) return
  if (up) await cluster.client.delete(`${WEBHOOKS}/${WEBHOOK.metadata.name}`)
  else await cluster.client.create(WEBHOOKS, WEBHOOK)
  await sleep(WEBHOOK_KNOWN_MS)
}

beforeAll(async () => {
  cluster = await startCluster({ webhookAvailable: () => isUp })
  await joinHollowNode(cluster.client, 'node', { signal: ended.signal })
})
afterAll(() => {
  ended.abort()
  return cluster.close()
})

test.for([
  { kind: 'Deployment', object: deployment({ labels: LABELS }) },
  { kind: 'Job', object: job({ labels: LABELS, annotations: { 'hollow/ends': 'Succeeded' } }) },
])(
  'a $kind whose pods the webhook cannot see fails, and is waited for once it is up',
  async ({ kind, object }) => {
    await setUp(false)
    const { file } = await createEnvironment(cluster)
    const place = { directory: cluster.directory, environment: file }
    const folder = await workloadFolder(place, `webhook-${kind.toLowerCase()}`, [object])
    const refused = await folder.deployer('deploy', '--timeout', '25')
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('failed (admission): ')
    expect(refused.stderr).toContain('failed calling webhook "mutation.azure-workload-identity.io"')
    expect(refused.stderr).toContain('deploy again once it is up')

    await setUp(true)
    const again = await folder.deployer('deploy', '--timeout', '25')
    expect(again).toMatchObject({ code: 0 })
    expect(again.stderr).toMatch(new RegExp(`✓ ${kind}/.* current`))
  },
)
