// The workload-identity webhook is down when a controller makes its pods: the deploy says so, and the next one ends well
// once it is up.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinHollowNode } from '../controllers/hollow-node.ts'
import { createEnvironment, startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { createWebhook } from './webhook.ts'
import { deployment, job, workloadFolder } from './workload-folder.ts'

const LABELS = { 'azure.workload.identity/use': 'true' }

let cluster: TestCluster
const ended = new AbortController()
const webhook = createWebhook()

beforeAll(async () => {
  cluster = await startCluster({ webhookAvailable: webhook.isUp })
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
    await webhook.set(cluster, 'down')
    const { file } = await createEnvironment(cluster)
    const place = { directory: cluster.directory, environment: file }
    const folder = await workloadFolder(place, `webhook-${kind.toLowerCase()}`, [object])
    const refused = await folder.deployer('deploy', '--timeout', '25')
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('failed (admission): ')
    expect(refused.stderr).toContain('failed calling webhook "mutation.azure-workload-identity.io"')
    expect(refused.stderr).toContain('deploy again once it is up')

    await webhook.set(cluster, 'up')
    const again = await folder.deployer('deploy', '--timeout', '25')
    expect(again).toMatchObject({ code: 0 })
    expect(again.stderr).toMatch(new RegExp(`✓ ${kind}/.* current`))
  },
)
