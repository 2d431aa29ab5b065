import { expect, test } from 'vitest'
import { DirectoryError, checkDirectory, isTenant } from './directory.ts'
import type { EntraDirectory, FederatedCredential, Identity } from './directory.ts'

const CREDENTIAL: FederatedCredential = {
  name: 'cluster-one',
  issuer: 'https://issuer.example/',
  subject: 'system:serviceaccount:shop:writer',
  audience: 'api://AzureADTokenExchange',
}

const IDENTITY: Identity = {
  name: 'writer',
  clientId: 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27',
  principalId: '63cf27a8-90d4-4b1e-a2f6-1e8b3d5c5faa',
  resourceId:
    '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/writer',
  federatedCredentials: [CREDENTIAL],
}

const DIRECTORY: EntraDirectory = {
  tenantId: '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11',
  tenantName: 'keyless.onmicrosoft.com',
  identities: [IDENTITY],
  resources: ['https://cosmos.azure.com'],
}

function withIdentity(changes: Partial<Identity>): EntraDirectory {
  return { ...DIRECTORY, identities: [{ ...IDENTITY, ...changes }] }
}

function withCredential(changes: object): EntraDirectory {
  return withIdentity({ federatedCredentials: [{ ...CREDENTIAL, ...changes }] })
}

function credentials(count: number): readonly FederatedCredential[] {
  return Array.from({ length: count }, (_, i) => ({
    ...CREDENTIAL,
    name: `cluster-${i}`,
    subject: `system:serviceaccount:shop:writer-${i}`,
  }))
}

test.for([
  { what: 'as declared', directory: DIRECTORY },
  {
    what: 'with twenty credentials',
    directory: withIdentity({ federatedCredentials: credentials(20) }),
  },
  {
    what: 'with an issuer of 600 characters',
    directory: withCredential({ issuer: 'x'.repeat(600) }),
  },
  {
    what: 'with an issuer that can never match',
    directory: withCredential({ issuer: ' http://X ' }),
  },
  { what: 'with a resource that is not up yet', directory: { ...DIRECTORY, resources: [''] } },
])('a directory $what is accepted', ({ directory }) => {
  expect(() => checkDirectory(directory)).not.toThrow()
})

test.for([
  {
    when: 'the tenant is no GUID',
    directory: { ...DIRECTORY, tenantId: 'contoso' },
    text: 'tenantId: expected a GUID, got "contoso"',
  },
  {
    when: 'the tenant is the empty GUID',
    directory: { ...DIRECTORY, tenantId: '00000000-0000-0000-0000-000000000000' },
    text: 'tenantId: expected a GUID',
  },
  {
    when: 'the tenant has no name',
    directory: { ...DIRECTORY, tenantName: ' ' },
    text: 'tenantName: expected a name',
  },
  {
    when: 'a client id is a name',
    directory: withIdentity({ clientId: 'writer' }),
    text: 'identities.0.clientId: expected a GUID, got "writer"',
  },
  {
    when: 'the client id stands for the principal too',
    directory: withIdentity({ principalId: IDENTITY.clientId }),
    text: 'identities.0: clientId and principalId are different ids',
  },
  {
    when: 'a resource id is a name',
    directory: withIdentity({ resourceId: 'writer' }),
    text: 'identities.0.resourceId: expected the ARM id',
  },
  {
    when: 'there are 21 credentials',
    directory: withIdentity({ federatedCredentials: credentials(21) }),
    text: 'identities.0: expected at most 20 credentials, got 21',
  },
  {
    when: 'a credential name is too short',
    directory: withCredential({ name: 'ab' }),
    text: 'federatedCredentials.0.name: expected 3 to 120',
  },
  {
    when: 'a credential name has a dot',
    directory: withCredential({ name: 'a.b.c' }),
    text: 'federatedCredentials.0.name: expected',
  },
  {
    when: 'a subject is empty',
    directory: withCredential({ subject: '' }),
    text: 'federatedCredentials.0.subject: expected a value',
  },
  {
    when: 'an issuer is too long',
    directory: withCredential({ issuer: 'x'.repeat(601) }),
    text: 'federatedCredentials.0.issuer: expected at most 600 characters, got 601',
  },
  {
    when: 'there are two audiences',
    directory: withCredential({ audience: ['a', 'b'] }),
    text: 'Federated identity credentials must have exactly one audience.',
  },
  {
    when: 'issuer and subject come twice',
    directory: withIdentity({
      federatedCredentials: [CREDENTIAL, { ...CREDENTIAL, name: 'other', audience: 'x' }],
    }),
    text: 'Issuer and subject combination already exists for this Managed Identity.',
  },
  {
    when: 'two identities share a client id in different letter case',
    directory: {
      ...DIRECTORY,
      identities: [
        IDENTITY,
        {
          ...IDENTITY,
          name: 'reader',
          principalId: '8e15d3b7-2c49-4f60-9d8a-b6f7e0214c5d',
          clientId: IDENTITY.clientId.toUpperCase(),
        },
      ],
    },
    text: 'identities: clientId "c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27" is used twice',
  },
  {
    when: 'a resource is written as a scope',
    directory: { ...DIRECTORY, resources: ['https://cosmos.azure.com/.default'] },
    text: 'resources.0: expected a URI without',
  },
])('a directory is refused when $when', ({ directory, text }) => {
  expect(() => checkDirectory(directory)).toThrow(text)
})

test('every problem is named at once', () => {
  const broken = { ...withCredential({ name: '', audience: '' }), tenantId: 'x', resources: ['y/'] }
  expect(() => checkDirectory(broken)).toThrow(DirectoryError)
  expect(() => checkDirectory(broken)).toThrow(
    /^Entra directory: tenantId: .+; identities\.0\.federatedCredentials\.0\.name: .+; identities\.0\.federatedCredentials\.0\.audience: .+; resources\.0: .+$/,
  )
})

test.for([
  { segment: '5A3F0C6E-1B6F-4D0E-9A57-0C6B1F2D7E11', tenantName: 'Keyless', is: true },
  { segment: 'KEYLESS.onmicrosoft.com', tenantName: 'keyless.onmicrosoft.com', is: true },
  { segment: 'Keyless', tenantName: 'Keyless', is: false },
  { segment: '', tenantName: 'Keyless', is: false },
])('"$segment" means the tenant "$tenantName": $is', ({ segment, tenantName, is }) => {
  expect(isTenant({ ...DIRECTORY, tenantName }, segment)).toBe(is)
})
