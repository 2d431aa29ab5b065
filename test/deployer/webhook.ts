import { setTimeout as sleep } from 'node:timers/promises'
import type { TestCluster } from './cluster.ts'

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
/** A real API server reads its webhooks anew about once a second. */
const WEBHOOK_KNOWN_MS = 3_000
/** On a real API server a webhook is down when it is configured and its service has nobody behind it. */
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
      objectSelector: { matchLabels: { 'azure.workload.identity/use': 'true' } },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
      ],
    },
  ],
}

type State = 'up' | 'down'

/** The workload-identity webhook as a test wants it; up at first. On a bare real API server up means: not there. */
export function createWebhook() {
  let state: State = 'up'
  return {
    /** For the local API server. */
    isUp: () => state === 'up',
    set: async ({ client }: TestCluster, next: State): Promise<void> => {
      if (next === state) return
      state = next
      if (process.env['KUBEBUILDER_ASSETS'] === undefined) return
      if (next === 'up') await client.delete(`${WEBHOOKS}/${WEBHOOK.metadata.name}`)
      else await client.create(WEBHOOKS, WEBHOOK)
      await sleep(WEBHOOK_KNOWN_MS)
    },
  }
}
