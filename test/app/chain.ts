import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { JWTPayload } from 'jose'
import { startCosmos } from '../../local/cosmos/server.ts'
import type { CosmosAccount } from '../../local/cosmos/server.ts'
import { startEntra } from '../../local/entra/server.ts'
import type { EntraDirectory } from '../../local/entra/server.ts'
import { listen } from '../../local/http.ts'
import { createAuthority } from '../../local/tls.ts'
import type { CertificateAuthority, KeyPair } from '../../local/tls.ts'

/**
 * Everything around one worker without a cluster: an issuer with keys, a token service, an account, and the token
 * file and environment a pod would have.
 */
export interface Chain {
  readonly directory: string
  readonly authority: CertificateAuthority
  /** Certificate for 127.0.0.1 by the authority the worker trusts. */
  readonly tls: KeyPair
  readonly cosmosUrl: string
  readonly entraUrl: string
  /** What the tenant knows; a test may exchange it. */
  entra: EntraDirectory
  /** What the account grants; a test may exchange it. */
  account: CosmosAccount
  /** How far the clocks of the services are ahead; a test may change it. */
  skewMs: { entra: number; cosmos: number }
  /** A trouble of the token service's own; a test may set it. */
  fault: { code: 90055 | 90033 } | undefined
  /** What a pod's container would have in its environment; each call is another pod. */
  env(more?: Readonly<Record<string, string>>): Record<string, string>
  /** Signs a pod token, by default a good one, and writes it to a file of its own. */
  tokenFile(claims?: JWTPayload): Promise<string>
  /** Takes back whatever a test changed. */
  heal(): void
  close(): Promise<void>
}

export const ISSUER = 'https://kubernetes.default.svc.cluster.local'
export const SUBJECT = 'system:serviceaccount:keyless-cosmos:worker'
const AUDIENCE = 'api://AzureADTokenExchange'
const TENANT = '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11'
const CLIENT = 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27'
export const PRINCIPAL = '63cf27a8-90d4-4b1e-a2f6-1e8b3d5c5faa'
const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/keyless'

const DIRECTORY: EntraDirectory = {
  tenantId: TENANT,
  tenantName: 'keyless.onmicrosoft.com',
  identities: [
    {
      name: 'worker',
      clientId: CLIENT,
      principalId: PRINCIPAL,
      resourceId: `${SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker`,
      federatedCredentials: [
        { name: 'keyless-cosmos-worker', issuer: ISSUER, subject: SUBJECT, audience: AUDIENCE },
      ],
    },
  ],
  resources: ['https://cosmos.azure.com'],
}

const ACTIONS = 'Microsoft.DocumentDB/databaseAccounts'
const ROLE = '7c1a2b3d-9e8f-4d5c-b6a7-8f0e1d2c3b4a'

const ACCOUNT: CosmosAccount = {
  name: 'keyless-demo',
  resourceId: `${SUBSCRIPTION}/providers/Microsoft.DocumentDB/databaseAccounts/keyless-demo`,
  databases: [
    {
      id: 'rbacsample',
      containers: [
        { id: 'data', partitionKeyPath: '/partitionKey' },
        { id: 'by-city', partitionKeyPath: '/city' },
      ],
    },
  ],
  roleDefinitions: [
    {
      id: ROLE,
      roleName: 'Keyless item writer',
      assignableScopes: ['/'],
      dataActions: [
        `${ACTIONS}/readMetadata`,
        `${ACTIONS}/sqlDatabases/containers/items/create`,
        `${ACTIONS}/sqlDatabases/containers/items/read`,
      ],
    },
    {
      id: '0d5e8f7a-4b3c-4a6d-8e1f-2c9b7a5d6e10',
      roleName: 'Keyless metadata reader',
      assignableScopes: ['/'],
      dataActions: [`${ACTIONS}/readMetadata`],
    },
  ],
  roleAssignments: [
    {
      id: '3b0f9a44-6a0c-4a7e-9e7a-0d3f5c1e2b01',
      roleDefinitionId: ROLE,
      principalId: PRINCIPAL,
      scope: '/dbs/rbacsample',
    },
  ],
}

/** Starts the chain on ports of its own. */
export async function startChain(): Promise<Chain> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-chain-'))
  const authority = await createAuthority(Date.now())
  const tls = await authority.issue(['127.0.0.1', 'localhost'])
  const caFile = join(directory, 'ca.crt')
  await writeFile(caFile, authority.certificate)
  const issuer = await startIssuer(tls)

  const state: Pick<Chain, 'entra' | 'account' | 'skewMs' | 'fault'> = {
    entra: DIRECTORY,
    account: ACCOUNT,
    skewMs: { entra: 0, cosmos: 0 },
    fault: undefined,
  }
  const entra = await startEntra({
    tls,
    directory: () => state.entra,
    issuers: () => [
      { issuer: ISSUER, url: issuer.url, certificateAuthority: authority.certificate },
    ],
    now: () => Date.now() + state.skewMs.entra,
    fault: () => state.fault,
  })
  const cosmos = await startCosmos({
    tls,
    account: () => state.account,
    authority: {
      tenantId: TENANT,
      jwksUrl: `${entra.url}/${TENANT}/discovery/v2.0/keys`,
      certificateAuthority: authority.certificate,
    },
    now: () => Date.now() + state.skewMs.cosmos,
  })
  state.entra = { ...DIRECTORY, resources: [...DIRECTORY.resources, cosmos.url] }

  let files = 0
  const tokenFile = async (claims: JWTPayload = {}) => {
    const path = join(directory, `token-${(files += 1)}`)
    await writeFile(path, await issuer.sign(claims), { mode: 0o600 })
    return path
  }
  const goodToken = await tokenFile()
  let pods = 0
  const good = { entra: state.entra, account: state.account }

  return Object.assign(state, {
    directory,
    authority,
    tls,
    cosmosUrl: cosmos.url,
    entraUrl: entra.url,
    tokenFile,
    env: (more: Readonly<Record<string, string>> = {}) => ({
      PATH: process.env['PATH'] ?? '',
      COSMOS_ENDPOINT: `${cosmos.url}/`,
      COSMOS_DATABASE: 'rbacsample',
      COSMOS_CONTAINER: 'data',
      // Longer than any machine needs: who wants a refusal that is tried again to end says a shorter one
      DEADLINE_SECONDS: '60',
      AZURE_TOKEN_CREDENTIALS: 'WorkloadIdentityCredential',
      AZURE_CLIENT_ID: CLIENT,
      AZURE_TENANT_ID: TENANT,
      AZURE_FEDERATED_TOKEN_FILE: goodToken,
      AZURE_AUTHORITY_HOST: `${entra.url}/`,
      NODE_EXTRA_CA_CERTS: caFile,
      POD_NAME: 'demo',
      POD_NAMESPACE: 'keyless-cosmos',
      POD_UID: `00000000-0000-4000-9000-${String((pods += 1)).padStart(12, '0')}`,
      POD_SERVICE_ACCOUNT: 'worker',
      NODE_NAME: 'local-node',
      ...more,
    }),
    heal: () => Object.assign(state, good, { skewMs: { entra: 0, cosmos: 0 }, fault: undefined }),
    close: async () => {
      for (const service of [cosmos, entra, issuer]) await service.close()
      await rm(directory, { recursive: true, force: true })
    },
  })
}

/** A cluster's token issuer: signs like the API server, and publishes its keys as the API server does. */
async function startIssuer(tls: KeyPair) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(publicKey)), kid: 'test-key', alg: 'RS256', use: 'sig' }
  const documents: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': { issuer: ISSUER, jwks_uri: `${ISSUER}/openid/v1/jwks` },
    '/openid/v1/jwks': { keys: [key] },
  }
  const handler = (request: Request) => {
    const document = documents[new URL(request.url).pathname]
    return document === undefined ? new Response(null, { status: 404 }) : Response.json(document)
  }
  const listener = await listen(handler, { tls, name: 'issuer' })
  const sign = (claims: JWTPayload) => {
    const now = Math.floor(Date.now() / 1000)
    const times = { iat: now, nbf: now, exp: now + 3600 }
    return new SignJWT({ iss: ISSUER, sub: SUBJECT, aud: [AUDIENCE], ...times, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'test-key' })
      .sign(privateKey)
  }
  return { url: listener.url, close: () => listener.close(), sign }
}
