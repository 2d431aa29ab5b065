import { expect, test } from 'vitest'
import { aksProblems } from './aks-values.ts'

const CLIENT = 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27'
const TENANT = '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11'
const ZEROS = '00000000-0000-0000-0000-000000000000'

function problems(values: {
  readonly endpoint?: string
  readonly image?: string
  readonly identity?: object
}): string {
  const {
    endpoint = 'https://a.documents.azure.com:443/',
    image = 'a.azurecr.io/worker:1',
    identity = { clientId: CLIENT, tenantId: TENANT },
  } = values
  return aksProblems({ target: 'aks', identity, cosmos: { endpoint }, image }).join('\n')
}

test.for([
  'https://keyless-demo.documents.azure.com:443/',
  'https://keyless-demo.documents.azure.com',
  'https://keyless-demo-westeurope.documents.azure.com/',
  'https://keyless-demo.documents.azure.cn:443/',
  'https://keyless-demo.documents.azure.us:443/',
])('%s is an account', (endpoint) => {
  expect(problems({ endpoint })).toBe('')
})

test.for([
  {
    when: 'it is the portal',
    endpoint: 'https://portal.azure.com/',
    says: 'got the host portal.azure.com: that is a page to look at, not the account',
  },
  {
    when: 'it is the Data Explorer',
    endpoint: 'https://cosmos.azure.com/',
    says: 'that is a page to look at',
  },
  {
    when: 'it is the private link',
    endpoint: 'https://a.privatelink.documents.azure.com/',
    says: 'leave privatelink out',
  },
  {
    when: 'the account speaks MongoDB',
    endpoint: 'https://a.mongo.cosmos.azure.com/',
    says: 'that account has another API',
  },
  {
    when: 'it is a stand-in',
    endpoint: 'https://cosmos.keyless-platform.svc.cluster.local/',
    says: 'that is on this machine or in a cluster',
  },
  {
    when: 'the domain only ends alike',
    endpoint: 'https://a.documents.azure.com.example/',
    says: 'expected https://ACCOUNT.documents.azure.com:443/',
  },
  {
    when: 'the port is another',
    endpoint: 'https://a.documents.azure.com:8081/',
    says: 'expected port 443, got 8081',
  },
])('the endpoint is refused when $when', ({ endpoint, says }) => {
  expect(problems({ endpoint })).toContain(says)
})

test.for([
  {
    when: 'the client id is the tenant’s',
    identity: { clientId: TENANT.toUpperCase(), tenantId: TENANT },
    says: "identity.clientId: it is the tenant's id, expected its client id; tell them apart with: az identity show",
  },
  {
    when: 'the client id is the principal id',
    identity: { clientId: CLIENT, tenantId: TENANT, principalId: CLIENT },
    says: "identity.clientId: it is the identity's principal id (object id), expected its client id",
  },
  {
    when: 'an id is all zeros',
    identity: { clientId: ZEROS, tenantId: TENANT },
    says: 'identity: the id of zeros is a placeholder',
  },
])('the identity is refused when $when', ({ identity, says }) => {
  expect(problems({ identity })).toContain(says)
})

test('an identity with its three ids is accepted', () => {
  expect(problems({ identity: { clientId: CLIENT, tenantId: TENANT, principalId: ZEROS } })).toBe(
    '',
  )
})

test.for([
  'localhost/keyless-cosmos/worker:0.1.0',
  'keyless-cosmos/worker:0.1.0',
  'localhost:5000/worker:1',
])('the image %s is refused, because the cluster cannot pull it', (image) => {
  expect(problems({ image })).toContain(`image: ${image} is on this machine only`)
})
