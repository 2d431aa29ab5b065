import { expect, test } from 'vitest'
import { environmentOf } from './environment.ts'
import { namedTrustRoot, staleTrustRootHint } from './stale-trust-root.ts'

const REFUSED = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE  its certificate is not signed by an authority this pod trusts',
]

test.for([
  {
    target: 'kind',
    endpoint: 'https://cosmos.stand-ins.svc.cluster.local/',
    says: String.raw`write that file anew: kubectl get configmap trust-root --namespace stand-ins --output jsonpath='{.data.ca\.crt}' > /p/ca.crt; then deploy again`,
  },
  {
    target: 'local',
    endpoint: 'https://127.0.0.1:18081/',
    says: 'write that file anew: npm run local writes it; then deploy again',
  },
])('of target $target, what writes the authority anew is named', ({ target, endpoint, says }) => {
  const root = namedTrustRoot(environment(target, endpoint), '/p/ca.crt')
  expect(staleTrustRootHint(root, REFUSED)).toContain(says)
  expect(staleTrustRootHint(root, ['ECONNREFUSED'])).toBeUndefined()
})

test('a pod that was given no authority is told what the worker says itself', () => {
  expect(staleTrustRootHint(undefined, REFUSED)).toBeUndefined()
})

function environment(target: string, endpoint: string) {
  const id = 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27'
  const raw = {
    target,
    cluster: { context: 'a' },
    namespace: 'a',
    identity: { clientId: id, tenantId: id },
    cosmos: { endpoint, database: 'a', container: 'a' },
    image: 'a:1',
    document: 'a',
  }
  return environmentOf([raw], 'a.yaml', 'a')
}
