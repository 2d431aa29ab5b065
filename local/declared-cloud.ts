import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { CosmosAccount } from './cosmos/server.ts'
import type { EntraDirectory } from './entra/server.ts'

/** The declared cloud, with every name resolved to an id. */
export interface Cloud {
  /** Without the account's own endpoint, which is known only once it listens. */
  readonly directory: EntraDirectory
  readonly account: CosmosAccount
}

const SUBSCRIPTION =
  '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/keyless-local'

const BUILT_IN_ROLES: Readonly<Record<string, string>> = {
  'Cosmos DB Built-in Data Reader': '00000000-0000-0000-0000-000000000001',
  'Cosmos DB Built-in Data Contributor': '00000000-0000-0000-0000-000000000002',
}

const guid = z.guid('expected a GUID')

/**
 * The keys `tenant`, `identities` and `account` of a declaration.
 *
 * @param issuer Of a federated credential: required, or with a default where one is known.
 */
export function cloudKeys<Issuer extends z.ZodType<string>>(issuer: Issuer) {
  const federatedCredential = z.strictObject({
    name: z.string(),
    issuer,
    subject: z.string(),
    audience: z.string(),
  })
  return {
    tenant: z.strictObject({ id: guid, name: z.string() }),
    identities: z.array(
      z.strictObject({
        name: z.string(),
        clientId: guid,
        principalId: guid,
        federatedCredentials: z.array(federatedCredential),
      }),
    ),
    account: z.strictObject({
      name: z.string(),
      databases: z.array(
        z.strictObject({
          id: z.string(),
          containers: z.array(z.strictObject({ id: z.string(), partitionKeyPath: z.string() })),
        }),
      ),
      roleDefinitions: z.array(
        z.strictObject({
          id: guid,
          roleName: z.string(),
          assignableScopes: z.array(z.string()),
          dataActions: z.array(z.string()),
        }),
      ),
      roleAssignments: z.array(
        z.strictObject({ identity: z.string(), role: z.string(), scope: z.string() }),
      ),
    }),
  }
}

/** A cloud as declared: identities and roles by name. */
export type DeclaredCloud = z.infer<z.ZodObject<ReturnType<typeof cloudKeys<z.ZodString>>>>

/** @returns The cloud, and what is wrong with it; it is usable only if nothing is. */
export function resolveCloud(declared: DeclaredCloud): {
  readonly cloud: Cloud
  readonly problems: readonly string[]
} {
  const { tenant, identities, account } = declared
  const accountId = `${SUBSCRIPTION}/providers/Microsoft.DocumentDB/databaseAccounts/${account.name}`
  const principals = new Map(identities.map(({ name, principalId }) => [name, principalId]))
  const roles = new Map([
    ...Object.entries(BUILT_IN_ROLES),
    ...account.roleDefinitions.map(({ roleName, id }) => [roleName, id] as const),
  ])
  const problems: string[] = []
  const roleAssignments = account.roleAssignments.map(({ identity, role, scope }, index) => {
    const principalId = principals.get(identity)
    const definition = roles.get(role)
    const at = `account.roleAssignments.${index}`
    if (!principalId)
      problems.push(`${at}.identity: "${identity}" is none of ${[...principals.keys()].join(', ')}`)
    if (!definition)
      problems.push(`${at}.role: "${role}" is none of ${[...roles.keys()].join(', ')}`)
    const roleDefinitionId = `${accountId}/sqlRoleDefinitions/${definition}`
    return {
      id: assignmentName(roleDefinitionId, principalId ?? '', scope),
      roleDefinitionId,
      principalId: principalId ?? '',
      scope,
    }
  })
  const cloud = {
    directory: {
      tenantId: tenant.id,
      tenantName: tenant.name,
      identities: identities.map((identity) => ({
        ...identity,
        resourceId: `${SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${identity.name}`,
      })),
      resources: ['https://cosmos.azure.com', `https://${account.name}.documents.azure.com`],
    },
    account: { ...account, resourceId: accountId, roleAssignments },
  }
  return { cloud, problems }
}

/**
 * The name a Bicep file would give the assignment: ARM's `guid(a, b, c)`, a UUIDv5 over `a-b-c`.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string#guid
 */
function assignmentName(...parts: readonly string[]): string {
  const namespace = Buffer.from('11fb06fb712d4ddd98c7e71bbd588830', 'hex')
  const hash = createHash('sha1').update(namespace).update(parts.join('-')).digest().subarray(0, 16)
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
