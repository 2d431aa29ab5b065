import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkloadIdentityCredential } from '@azure/identity'
import type { AccessToken } from '@azure/identity'
import type { JWTPayload } from 'jose'
import { startEntra } from '../../local/entra/server.ts'
import type {
  Entra,
  EntraDirectory,
  EntraOptions,
  ExchangeEvent,
} from '../../local/entra/server.ts'
import { createAuthority } from '../../local/tls.ts'
import { AUDIENCE, ISSUER, SUBJECT, startIssuer } from './issuer.ts'
import type { TestIssuer } from './issuer.ts'

export const TENANT = '5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11'
export const CLIENT = 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27'
export const PRINCIPAL = '63cf27a8-90d4-4b1e-a2f6-1e8b3d5c5faa'
/** An identity without any federated credential. */
export const BARE_CLIENT = '2b7d94e0-63a1-4c8f-b5d2-f04e8a6c1935'
/** An identity whose credential names one of Entra's own issuers. */
export const NESTED_CLIENT = '7e0c5a13-94b8-4d26-8f1e-3a6d90c2b754'
export const ENTRA_ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`
export const RESOURCE = 'https://keyless-demo.documents.azure.com'

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/keyless-local'
export const RESOURCE_ID = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker`

export const DIRECTORY: EntraDirectory = {
  tenantId: TENANT,
  tenantName: 'keyless.onmicrosoft.com',
  identities: [
    {
      name: 'worker',
      clientId: CLIENT,
      principalId: PRINCIPAL,
      resourceId: RESOURCE_ID,
      federatedCredentials: [
        { name: 'cluster-worker', issuer: ISSUER, subject: SUBJECT, audience: AUDIENCE },
      ],
    },
    {
      name: 'bare',
      clientId: BARE_CLIENT,
      principalId: '8e15d3b7-2c49-4f60-9d8a-b6f7e0214c5d',
      resourceId: RESOURCE_ID.replace('worker', 'bare'),
      federatedCredentials: [],
    },
    {
      name: 'nested',
      clientId: NESTED_CLIENT,
      principalId: 'd42b8e6f-17a3-4c95-b0d8-5e9f3c1a7264',
      resourceId: RESOURCE_ID.replace('worker', 'nested'),
      federatedCredentials: [
        { name: 'entra', issuer: ENTRA_ISSUER, subject: SUBJECT, audience: AUDIENCE },
      ],
    },
  ],
  resources: [RESOURCE, 'https://cosmos.azure.com'],
}

/** A tenant, a cluster's issuer, and a clock that a test can move. */
export interface World {
  readonly entra: Entra
  readonly issuer: TestIssuer
  readonly certificateAuthority: string
  readonly events: ExchangeEvent[]
  /** Added to the real time that the token service sees, in milliseconds. */
  readonly clock: { offset: number }
  /** What the next requests find; starts as DIRECTORY. */
  readonly current: { directory: EntraDirectory }
  /** For token files. */
  readonly folder: string
  close(): Promise<void>
}

export async function startWorld(options: Partial<EntraOptions> = {}): Promise<World> {
  const authority = await createAuthority(Date.now())
  const issuer = await startIssuer(authority)
  const clock = { offset: 0 }
  const current = { directory: DIRECTORY }
  const events: ExchangeEvent[] = []
  const entra = await startEntra({
    tls: await authority.issue(['127.0.0.1', 'localhost', 'login.microsoftonline.com']),
    directory: () => current.directory,
    issuers: () => [
      { issuer: ISSUER, url: issuer.url, certificateAuthority: authority.certificate },
    ],
    now: () => Date.now() + clock.offset,
    onExchange: (event) => events.push(event),
    ...options,
  }).catch(async (error: unknown) => {
    await issuer.close()
    throw error
  })
  const folder = await mkdtemp(join(tmpdir(), 'keyless-entra-'))
  return {
    entra,
    issuer,
    certificateAuthority: authority.certificate,
    events,
    clock,
    current,
    folder,
    close: async () => {
      await entra.close()
      await issuer.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Claims of a pod's projected token, valid for an hour; override to break them. */
export function podClaims(overrides: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    sub: SUBJECT,
    aud: [AUDIENCE],
    iat: now,
    nbf: now,
    exp: now + 3600,
    ...overrides,
  }
}

interface Ask {
  readonly scope?: string
  readonly clientId?: string
  readonly tenantId?: string
}

/** Asks for a token with the real SDK, as a pod's code would. */
export async function getToken(
  world: World,
  assertion: string,
  { scope = `${RESOURCE}/.default`, clientId = CLIENT, tenantId = TENANT }: Ask = {},
): Promise<AccessToken> {
  const tokenFilePath = join(world.folder, `token-${Math.random().toString(36).slice(2)}`)
  await writeFile(tokenFilePath, assertion, { mode: 0o600 })
  const credential = new WorkloadIdentityCredential({
    clientId,
    tenantId,
    tokenFilePath,
    authorityHost: `${world.entra.url}/`,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: world.certificateAuthority },
    retryOptions: { maxRetries: 0 },
  })
  return credential.getToken(scope)
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** One request without an SDK. */
export function send(
  world: World,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const url = `${world.entra.url}${path}`
    const sent = request(
      url,
      { method, headers, ca: world.certificateAuthority, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('error', reject).on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        })
      },
    )
    sent.on('error', reject).end(body)
  })
}

/** The form that the SDK sends, with fields changed or, by `undefined`, left out. */
export function tokenForm(
  assertion: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): string {
  const fields = {
    client_id: CLIENT,
    scope: `${RESOURCE}/.default`,
    grant_type: 'client_credentials',
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ...changes,
  }
  const sent = Object.entries(fields).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return new URLSearchParams(sent).toString()
}

/** Posts a form to the token endpoint. */
export function postForm(
  world: World,
  body: string,
  {
    tenant = TENANT,
    headers = {},
  }: {
    readonly tenant?: string
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Promise<Answered> {
  return send(world, `/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  })
}
