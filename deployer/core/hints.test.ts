import { expect, test } from 'vitest'
import { hintOf } from './hints.ts'

const ENDED = { state: { terminated: { exitCode: 1 } } }
const POD = pod([{ name: 'web' }], [{ name: 'web', ...ENDED }])

test.for([
  {
    what: 'taints are about taints, not resources',
    text: 'Unschedulable: 0/1 nodes are available: 1 node(s) had untolerated taint(s).',
    says: /nodes have taints .* kubectl describe nodes .* add tolerations/,
  },
  {
    what: 'any other lack of a node is about resources',
    text: 'Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.',
    says: /compare resources and nodeSelector/,
  },
  {
    what: 'the whole log is that of this pod',
    text: 'crash-loop',
    says: /kubectl logs web-1 --namespace shop$/,
  },
  {
    what: 'a pod that the webhook missed is named',
    text: 'exit code 20',
    says: /kubectl delete pod web-1 --namespace shop, and deploy again/,
  },
  {
    what: 'quota is that of its namespace',
    text: 'exceeded quota: none',
    says: /kubectl describe quota --namespace shop$/,
  },
  {
    what: 'a policy is named',
    text: "pods is forbidden: ValidatingAdmissionPolicy 'p.example.com' with binding 'b' denied request",
    says: /kubectl get validatingadmissionpolicy p\.example\.com/,
  },
])('$what', ({ text, says }) => {
  expect(hintOf(POD, text)).toMatch(says)
})

test('of a pod that is up again and has several containers, the hint is about the run before of one', () => {
  const back = { name: 'web', state: { running: {} }, restartCount: 2 }
  const about = pod(
    [{ name: 'proxy' }, { name: 'web' }],
    [{ ...back, lastState: { terminated: { exitCode: 1 } } }],
  )
  expect(hintOf(about, 'crash-loop')).toContain(
    'kubectl logs web-1 --namespace shop --container web --previous',
  )
})

function pod(containers: readonly object[], containerStatuses: readonly object[]) {
  const metadata = { name: 'web-1', namespace: 'shop' }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers },
    status: { containerStatuses },
  }
}
