// A webhook whose pod is ready is not yet one that the API server reaches.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl as findKubectl } from '../../scripts/kubectl.ts'
import { waitUntilAdmitted } from '../../smoke/admission.ts'
import { createKubectl } from '../../smoke/kubectl.ts'
import { createVoice } from '../../smoke/voice.ts'
import { startCluster } from '../deployer/cluster.ts'
import type { TestCluster } from '../deployer/cluster.ts'

let cluster: TestCluster
let isUp: boolean

beforeAll(async () => {
  cluster = await startCluster({ webhookAvailable: () => isUp })
})
afterAll(() => cluster.close())

/** The webhook is reached as soon as the run says that it waits for it. */
async function wait(signal = new AbortController().signal): Promise<string> {
  let said = ''
  const voice = createVoice((text) => {
    said += text
    isUp = true
  }, Date.now)
  const kubectl = createKubectl({
    program: await findKubectl(),
    context: 'test',
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
    signal,
  })
  await waitUntilAdmitted({ kubectl, voice, signal })
  return said
}

test('while the API server does not reach the webhook the run waits, and says so once', async () => {
  isUp = false
  expect(await wait()).toBe('  waiting up to 1 min until the API server reaches the webhook\n')
})

test('where it does nothing is said, and no pod is left of it', async () => {
  isUp = true
  expect(await wait()).toBe('')
  expect((await cluster.client.list('/api/v1/namespaces/default/pods')).items).toEqual([])
})
