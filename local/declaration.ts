import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isAlias, LineCounter, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import type { CosmosAccount } from './cosmos/server.ts'
import type { EntraDirectory } from './entra/server.ts'

/** What exists at start: `local/platform.yaml`, checked, with every name resolved to an id. */
export interface Declaration {
  readonly issuer: string
  readonly node: string
  readonly ports: Ports
  /** Image reference → command. */
  readonly images: Readonly<Record<string, readonly string[]>>
  /** Without the account's own endpoint, which is known only once it listens. */
  readonly directory: EntraDirectory
  readonly account: CosmosAccount
}

/** TCP ports on 127.0.0.1; 0 lets the system choose. */
export interface Ports {
  readonly kubernetes: number
  readonly entra: number
  readonly cosmos: number
}

/** The declaration cannot be used; the message lists every problem with its path. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'
  readonly code = 'ERR_DECLARATION'
}

const PROJECT = dirname(import.meta.dirname)
const SUBSCRIPTION =
  '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/keyless-local'

const BUILT_IN_ROLES: Readonly<Record<string, string>> = {
  'Cosmos DB Built-in Data Reader': '00000000-0000-0000-0000-000000000001',
  'Cosmos DB Built-in Data Contributor': '00000000-0000-0000-0000-000000000002',
}

const guid = z.guid('expected a GUID')
const port = z.int().min(0).max(65_535)

const schema = z.strictObject({
  tenant: z.strictObject({ id: guid, name: z.string() }),
  cluster: z.strictObject({ issuer: z.url(), node: z.string().min(1) }),
  ports: z.strictObject({ kubernetes: port, entra: port, cosmos: port }),
  images: z.record(z.string().min(1), z.array(z.string()).min(1)),
  identities: z.array(
    z.strictObject({
      name: z.string(),
      clientId: guid,
      principalId: guid,
      federatedCredentials: z.array(
        z.strictObject({
          name: z.string(),
          issuer: z.string(),
          subject: z.string(),
          audience: z.string(),
        }),
      ),
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
})

/**
 * Reads a declaration file.
 *
 * @throws {DeclarationError} if it cannot be read, is not YAML, or any value is missing, unknown or of the wrong form.
 */
export function readDeclaration(file: string): Declaration {
  const raw = parseYaml(readText(file), file)
  const checked = schema.safeParse(raw)
  if (!checked.success) {
    const problems = checked.error.issues.map(
      (issue) => `${issue.path.join('.') || '(file)'}: ${issue.message}`,
    )
    throw new DeclarationError(`${file}: ${problems.join('; ')}`)
  }
  return resolve(checked.data, file)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new DeclarationError(`${file}: cannot be read`, { cause })
  }
}

function parseYaml(text: string, file: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, uniqueKeys: true })
  const [error] = document.errors
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw new DeclarationError(`${file}:${line}:${col}: ${error.message.split('\n')[0]}`)
  }
  visit(document, (_key, node) => {
    if (isAlias(node)) throw new DeclarationError(`${file}: YAML aliases are not supported here`)
  })
  return document.toJS()
}

function resolve(raw: z.infer<typeof schema>, file: string): Declaration {
  const accountId = `${SUBSCRIPTION}/providers/Microsoft.DocumentDB/databaseAccounts/${raw.account.name}`
  const principals = new Map(raw.identities.map(({ name, principalId }) => [name, principalId]))
  const roles = new Map([
    ...Object.entries(BUILT_IN_ROLES),
    ...raw.account.roleDefinitions.map(({ roleName, id }) => [roleName, id] as const),
  ])
  const problems: string[] = []
  const roleAssignments = raw.account.roleAssignments.map(({ identity, role, scope }, index) => {
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
  if (problems.length > 0) throw new DeclarationError(`${file}: ${problems.join('; ')}`)

  return {
    issuer: raw.cluster.issuer,
    node: raw.cluster.node,
    ports: raw.ports,
    images: Object.fromEntries(
      Object.entries(raw.images).map(([image, command]) => [image, command.map(onThisMachine)]),
    ),
    directory: {
      tenantId: raw.tenant.id,
      tenantName: raw.tenant.name,
      identities: raw.identities.map((identity) => ({
        ...identity,
        resourceId: `${SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${identity.name}`,
      })),
      resources: ['https://cosmos.azure.com', `https://${raw.account.name}.documents.azure.com`],
    },
    account: { ...raw.account, resourceId: accountId, roleAssignments },
  }
}

/** `node` is the Node that runs this, and a word that names a file of the project becomes its full path. */
function onThisMachine(word: string, index: number): string {
  if (index === 0 && word === 'node') return process.execPath
  const path = join(PROJECT, word)
  return existsSync(path) ? path : word
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
