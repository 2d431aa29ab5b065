import { expect, test } from 'vitest'
import { isMicrosoftAuthority } from './authority.ts'
import { injectedIdentity } from './identity.ts'

const INJECTED = {
  AZURE_CLIENT_ID: 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27',
  AZURE_TENANT_ID: '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11',
  AZURE_FEDERATED_TOKEN_FILE: '/var/run/secrets/azure/wi/token/azure-identity-token',
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
}

test('what the webhook injects is the identity', () => {
  expect(injectedIdentity(INJECTED)).toEqual({
    clientId: INJECTED.AZURE_CLIENT_ID,
    tenantId: INJECTED.AZURE_TENANT_ID,
    tokenFile: INJECTED.AZURE_FEDERATED_TOKEN_FILE,
    authorityHost: 'https://login.microsoftonline.com/',
    credentialName: 'DefaultAzureCredential',
  })
})

test.for([
  {
    when: 'nothing is injected',
    without: ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'],
    fix: /label the pod .* azure.workload.identity\/use: "true"/,
  },
  {
    when: 'the client id alone is missing',
    without: ['AZURE_CLIENT_ID'],
    fix: /annotate the pod's ServiceAccount with azure.workload.identity\/client-id/,
  },
  {
    when: 'the tenant alone is missing',
    without: ['AZURE_TENANT_ID'],
    fix: /tenant-id annotation/,
  },
])('when $when, the fix names its source', ({ without, fix }) => {
  const env = Object.fromEntries(
    Object.entries(INJECTED).filter(([name]) => !without.includes(name)),
  )
  expect(() => injectedIdentity(env)).toThrow(
    expect.objectContaining({
      message: `ERR_NOT_INJECTED: the workload-identity webhook did not set ${without.join(', ')}`,
      verdict: expect.objectContaining({ exitCode: 20, fix: expect.stringMatching(fix) }),
    }),
  )
})

test.for(['<tenant id>', 'my tenant', 'https://sts.windows.net/5a3f0c6e/'])(
  'the tenant "%s" is refused, because the SDK would only say that it has no credential',
  (tenant) => {
    expect(() => injectedIdentity({ ...INJECTED, AZURE_TENANT_ID: tenant })).toThrow(
      expect.objectContaining({
        verdict: expect.objectContaining({
          code: 'ERR_TENANT_ID',
          exitCode: 2,
          what: expect.stringContaining(JSON.stringify(tenant)),
          fix: expect.stringMatching(/tenant-id annotation/),
        }),
      }),
    )
  },
)

test('an authority without https is refused, because the SDK would only drop it', () => {
  const env = { ...INJECTED, AZURE_AUTHORITY_HOST: 'http://127.0.0.1:8080/' }
  expect(() => injectedIdentity(env)).toThrow(
    expect.objectContaining({
      verdict: expect.objectContaining({ exitCode: 2 }),
      details: [['problem', 'AZURE_AUTHORITY_HOST must start with https://']],
    }),
  )
})

test.for([
  { host: 'https://login.microsoftonline.com/', microsoft: true },
  { host: 'https://LOGIN.microsoftonline.com:443', microsoft: true },
  { host: 'https://login.microsoftonline.us/', microsoft: true },
  { host: 'https://login.chinacloudapi.cn/', microsoft: true },
  { host: 'https://login.microsoftonline.com:8443/', microsoft: false },
  { host: 'https://login.microsoftonline.com.example.org/', microsoft: false },
  { host: 'https://127.0.0.1:16444/', microsoft: false },
])('$host is Microsoft: $microsoft', ({ host, microsoft }) => {
  expect(isMicrosoftAuthority(host)).toBe(microsoft)
})
