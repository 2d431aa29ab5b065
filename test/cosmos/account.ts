import { Agent, request } from 'node:https'
import { CosmosClient } from '@azure/cosmos'
import type { CosmosClientOptions, Container } from '@azure/cosmos'
import { startCosmos } from '../../local/cosmos/server.ts'
import type { AuditRecord, CosmosAccount, CosmosOptions } from '../../local/cosmos/server.ts'
import { createAuthority } from '../../local/tls.ts'
import { TENANT, startTenant } from './tenant.ts'
import type { Tenant } from './tenant.ts'

const RESOURCE_ID =
  '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/test/providers/Microsoft.DocumentDB/databaseAccounts/test-account'
const PREFIX = 'Microsoft.DocumentDB/databaseAccounts'
const ITEMS = `${PREFIX}/sqlDatabases/containers/items`

/** Object ids, named after the one thing each may do. */
export const PRINCIPALS = {
  contributor: '10000000-0000-4000-8000-000000000001',
  reader: '10000000-0000-4000-8000-000000000002',
  nobody: '10000000-0000-4000-8000-000000000003',
  siblingContributor: '10000000-0000-4000-8000-000000000004',
  containerContributor: '10000000-0000-4000-8000-000000000005',
  databaseContributor: '10000000-0000-4000-8000-000000000006',
  creator: '10000000-0000-4000-8000-000000000007',
  member: '10000000-0000-4000-8000-000000000008',
} as const

export type PrincipalName = keyof typeof PRINCIPALS

const GROUP = '20000000-0000-4000-8000-000000000001'
const READER = '00000000-0000-0000-0000-000000000001'
const CONTRIBUTOR = '00000000-0000-0000-0000-000000000002'
const CREATOR = '30000000-0000-4000-8000-000000000001'

/** Two databases, the first with two containers; every principal of `PRINCIPALS` with its role. */
export const ACCOUNT: CosmosAccount = {
  name: 'test-account',
  resourceId: RESOURCE_ID,
  databases: [
    {
      id: 'rbacsample',
      containers: [
        { id: 'data', partitionKeyPath: '/partitionKey' },
        { id: 'other', partitionKeyPath: '/partitionKey' },
      ],
    },
    { id: 'second', containers: [{ id: 'data', partitionKeyPath: '/address/city' }] },
  ],
  roleDefinitions: [
    {
      id: CREATOR,
      roleName: 'Creates items, and nothing else',
      assignableScopes: [RESOURCE_ID],
      dataActions: [`${PREFIX}/readMetadata`, `${ITEMS}/create`],
    },
  ],
  roleAssignments: [
    assign('contributor', CONTRIBUTOR, '/'),
    assign('reader', READER, RESOURCE_ID),
    assign('siblingContributor', CONTRIBUTOR, '/dbs/rbacsample/colls/other'),
    assign('containerContributor', CONTRIBUTOR, '/dbs/rbacsample/colls/data'),
    assign('databaseContributor', CONTRIBUTOR, `${RESOURCE_ID}/dbs/rbacsample`),
    assign('creator', CREATOR, '/dbs/rbacsample/colls/data'),
    {
      id: 'assignment-group',
      roleDefinitionId: `${RESOURCE_ID}/sqlRoleDefinitions/${READER}`,
      principalId: GROUP,
      scope: '/dbs/rbacsample',
    },
  ],
}

function assign(
  name: PrincipalName,
  roleDefinitionId: string,
  scope: string,
): CosmosAccount['roleAssignments'][number] {
  return { id: `assignment-${name}`, roleDefinitionId, principalId: PRINCIPALS[name], scope }
}

/** A running account with its tenant, and the ways to call it. */
export interface TestAccount {
  readonly url: string
  readonly tenant: Tenant
  /** Every request so far, as the gateway wrote it down. */
  readonly audit: readonly AuditRecord[]
  /** Trusts the account's certificate, and nothing else. */
  readonly agent: Agent
  /** A new SDK client of that principal; disposed of with the account. */
  client(principal: PrincipalName, options?: Partial<CosmosClientOptions>): CosmosClient
  /** The container `rbacsample/data`, seen by that principal. */
  data(principal: PrincipalName): Container
  /** A token for that principal, with claims replaced. */
  token(principal: PrincipalName, claims?: Record<string, unknown>): Promise<string>
  /** A request nobody tidies up: the target goes over the wire as it is. */
  raw(target: string, options?: RawOptions): Promise<RawAnswer>
  close(): Promise<void>
}

interface RawOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Default: a token of `contributor`; `null` sends no authorization. */
  readonly authorization?: string | null
}

interface RawAnswer {
  readonly status: number
  readonly substatus: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** `message` of an error body. */
  readonly message: string
}

export async function startAccount(
  options: Partial<Omit<CosmosOptions, 'tls' | 'authority'>> = {},
): Promise<TestAccount> {
  const authority = await createAuthority(Date.now())
  const ca = authority.certificate
  const tls = await authority.issue(['127.0.0.1', 'localhost'])
  const tenant = await startTenant(tls)
  const audit: AuditRecord[] = []
  const cosmos = await startCosmos({
    tls,
    account: () => ACCOUNT,
    authority: { tenantId: TENANT, jwksUrl: tenant.jwksUrl, certificateAuthority: ca },
    onRequest: (record) => audit.push(record),
    ...options,
  })
  const agent = new Agent({ ca, keepAlive: true })
  const clients: CosmosClient[] = []
  const token = (principal: PrincipalName, claims: Record<string, unknown> = {}) =>
    tenant.token({
      oid: PRINCIPALS[principal],
      ...(principal === 'member' && { groups: [GROUP] }),
      ...claims,
    })

  const client = (principal: PrincipalName, clientOptions: Partial<CosmosClientOptions> = {}) => {
    const made = new CosmosClient({
      endpoint: cosmos.url,
      agent,
      aadCredentials: {
        getToken: async () => ({
          token: await token(principal),
          expiresOnTimestamp: Date.now() + 3_600_000,
        }),
      },
      ...clientOptions,
    })
    clients.push(made)
    return made
  }
  return {
    url: cosmos.url,
    tenant,
    audit,
    agent,
    client,
    data: (principal) => client(principal).database('rbacsample').container('data'),
    token,
    raw: async (target, { method = 'GET', headers = {}, body, authorization } = {}) => {
      const value =
        authorization === undefined
          ? `type=aad&ver=1.0&sig=${await token('contributor')}`
          : authorization
      return send(cosmos.url, {
        agent,
        method,
        target,
        headers: { ...(value !== null && { authorization: value }), ...headers },
        ...(body !== undefined && { body }),
      })
    },
    close: async () => {
      for (const made of clients) made.dispose()
      agent.destroy()
      await cosmos.close()
      await tenant.close()
    },
  }
}

function send(
  origin: string,
  call: {
    readonly agent: Agent
    readonly method: string
    readonly target: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
  },
): Promise<RawAnswer> {
  const { agent, method, target, headers, body } = call
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    // `servername` stays the server's own name, so that a test may send another Host header.
    const address = { hostname, port, servername: 'localhost' }
    const sent = request({ agent, ...address, method, path: target, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          substatus: Number(answer.headers['x-ms-substatus'] ?? 0),
          headers: answer.headers,
          body: text,
          message: messageOf(text),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function messageOf(text: string): string {
  try {
    const body = JSON.parse(text) as { readonly message?: string }
    return body.message ?? ''
  } catch {
    return ''
  }
}
