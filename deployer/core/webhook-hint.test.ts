import { expect, test } from 'vitest'
import { webhookDownHint } from './webhook-hint.ts'

test('the service that was called says where to look', () => {
  const text =
    'Internal error occurred: failed calling webhook "mutation.azure-workload-identity.io": failed to call webhook: Post "https://azure-wi-webhook-webhook-service.kube-system.svc:443/mutate-v1-pod?timeout=10s": connection refused'
  expect(webhookDownHint(text)).toContain(
    '(service azure-wi-webhook-webhook-service): kubectl get pods,endpointslices --namespace kube-system;',
  )
})

test('a webhook outside the cluster is found by its configuration', () => {
  const text =
    'failed calling webhook "x": failed to call webhook: Post "https://hook.example/": EOF'
  expect(webhookDownHint(text)).toContain('kubectl get mutatingwebhookconfigurations')
})

test('a webhook that answered no is not down', () => {
  expect(webhookDownHint('admission webhook "x" denied the request: no')).toBeUndefined()
})
