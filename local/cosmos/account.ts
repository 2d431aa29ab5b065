import type { DataAction } from './data-action.ts'
import { DATA_ACTIONS, expandDataAction } from './data-action.ts'
import { isResourceId } from './path.ts'
import type { Assignment, Role } from './rbac.ts'
import { covers, parseScope } from './scope.ts'
import type { Scope } from './scope.ts'

/** An account as it is declared: what ARM would hold about it, as far as the data plane cares. */
export interface CosmosAccount {
  readonly name: string
  /** ARM id, `/subscriptions/…/databaseAccounts/NAME`: what fully qualified scopes begin with. */
  readonly resourceId: string
  readonly databases: readonly {
    readonly id: string
    readonly containers: readonly { readonly id: string; readonly partitionKeyPath: string }[]
  }[]
  /** Custom roles; the two built-in ones exist always. `id` is a GUID. */
  readonly roleDefinitions: readonly {
    readonly id: string
    readonly roleName: string
    readonly assignableScopes: readonly string[]
    readonly dataActions: readonly string[]
  }[]
  /** `roleDefinitionId` is a GUID or an ARM id that ends in one. */
  readonly roleAssignments: readonly {
    readonly id: string
    readonly roleDefinitionId: string
    readonly principalId: string
    readonly scope: string
  }[]
}

/** The declared account cannot exist; the message lists every problem. */
class AccountError extends Error {
  override readonly name = 'AccountError'
  readonly code = 'ERR_COSMOS_ACCOUNT'
}

/** A validated account: ids resolved, scopes parsed, wildcards expanded. */
export interface Account {
  readonly name: string
  readonly assignments: readonly Assignment[]
}

/** Roles every account has; they cannot be changed or deleted. */
const BUILT_IN_ROLES: CosmosAccount['roleDefinitions'] = [
  {
    id: '00000000-0000-0000-0000-000000000001',
    roleName: 'Cosmos DB Built-in Data Reader',
    assignableScopes: ['/'],
    dataActions: [
      DATA_ACTIONS.readMetadata,
      DATA_ACTIONS.readItem,
      DATA_ACTIONS.executeQuery,
      DATA_ACTIONS.readChangeFeed,
    ],
  },
  {
    id: '00000000-0000-0000-0000-000000000002',
    roleName: 'Cosmos DB Built-in Data Contributor',
    assignableScopes: ['/'],
    dataActions: [
      DATA_ACTIONS.readMetadata,
      'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/*',
      'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/*',
    ],
  },
]

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const ACCOUNT_NAME = /^[a-z0-9][a-z0-9-]{1,42}[a-z0-9]$/

/**
 * Validates a declared account the way ARM validates its parts.
 *
 * @throws {AccountError} with all problems, each at its path, in the service's words where they are known.
 */
export function parseAccount(declared: CosmosAccount): Account {
  const problems: string[] = []
  checkName(declared, problems)
  checkDatabases(declared, problems)
  const roles = new Map(
    [...BUILT_IN_ROLES, ...declared.roleDefinitions].map((definition, index) => {
      const at = `roleDefinitions.${index - BUILT_IN_ROLES.length}`
      return [definition.id.toLowerCase(), parseRole(definition, declared, { at, problems })]
    }),
  )
  checkUnique(declared, problems)
  const assignments = declared.roleAssignments.map((assignment, index) =>
    parseAssignment(assignment, declared, { at: `roleAssignments.${index}`, problems, roles }),
  )
  if (problems.length > 0)
    throw new AccountError(`account ${declared.name}: cannot be served: ${problems.join('; ')}`)
  return { name: declared.name, assignments: assignments.filter((it) => it !== undefined) }
}

interface Place {
  readonly at: string
  readonly problems: string[]
}

interface AssignableRole extends Role {
  readonly assignableScopes: readonly Scope[]
}

function checkName({ name, resourceId }: CosmosAccount, problems: string[]): void {
  if (!ACCOUNT_NAME.test(name))
    problems.push(`name: expected 3-44 lower-case letters, digits and hyphens, got "${name}"`)
  // The SDK takes an account called localhost for an emulator and ignores what it says about endpoints.
  if (name === 'localhost') problems.push('name: "localhost" makes the SDK ignore the endpoints')
  if (!/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\//i.test(resourceId))
    problems.push(`resourceId: expected an ARM id, got "${resourceId}"`)
}

function checkDatabases({ databases }: CosmosAccount, problems: string[]): void {
  reportRepeated(databases, 'databases', problems)
  for (const [index, { id, containers }] of databases.entries()) {
    const at = `databases.${index}`
    if (!isResourceId(id)) problems.push(`${at}.id: "${id}" cannot name a database`)
    reportRepeated(containers, `${at}.containers`, problems)
    for (const [position, container] of containers.entries()) {
      const place = `${at}.containers.${position}`
      if (!isResourceId(container.id))
        problems.push(`${place}.id: "${container.id}" cannot name a container`)
      if (!/^(?:\/[A-Za-z_][A-Za-z0-9_]*)+$/.test(container.partitionKeyPath))
        problems.push(
          `${place}.partitionKeyPath: expected one path such as /partitionKey (hierarchical keys are not supported), ` +
            `got "${container.partitionKeyPath}"`,
        )
    }
  }
}

function checkUnique(declared: CosmosAccount, problems: string[]): void {
  reportRepeated([...BUILT_IN_ROLES, ...declared.roleDefinitions], 'roleDefinitions', problems)
  reportRepeated(declared.roleAssignments, 'roleAssignments', problems)
}

function reportRepeated(
  items: readonly { readonly id: string }[],
  at: string,
  problems: string[],
): void {
  const ids = items.map(({ id }) => id)
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index)))
    problems.push(`${at}: "${id}" is there more than once`)
}

function parseRole(
  definition: CosmosAccount['roleDefinitions'][number],
  account: CosmosAccount,
  { at, problems }: Place,
): AssignableRole {
  if (!GUID.test(definition.id)) problems.push(`${at}.id: expected a GUID, got "${definition.id}"`)
  if (definition.dataActions.length === 0) problems.push(`${at}.dataActions: none given`)
  // Part of ARM's shape, but the service does not support it; to ignore it would grant what it takes away.
  if ('notDataActions' in definition && !isEmptyList(definition.notDataActions))
    problems.push(`${at}.notDataActions: not supported by Azure Cosmos DB`)
  return {
    id: definition.id,
    actions: new Set(definition.dataActions.flatMap((name) => parseDataAction(name, problems))),
    assignableScopes: definition.assignableScopes
      .map((scope) => requireScope(scope, account, { at: `${at}.assignableScopes`, problems }))
      .filter((scope) => scope !== undefined),
  }
}

function isEmptyList(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}

/** Azure-Samples/graphrag-accelerator#230 */
function parseDataAction(name: string, problems: string[]): readonly DataAction[] {
  const actions = expandDataAction(name)
  if (!actions)
    problems.push(
      `The provided data action string [${name}] does not correspond to any valid SQL data action.`,
    )
  return actions ?? []
}

function requireScope(
  text: string,
  account: CosmosAccount,
  { at, problems }: Place,
): Scope | undefined {
  const scope = parseScope(text, account.resourceId)
  if (!scope)
    problems.push(
      `${at}: expected "/", "/dbs/DB", "/dbs/DB/colls/C" or the same after ${account.resourceId}, got "${text}"`,
    )
  return scope
}

function parseAssignment(
  assignment: CosmosAccount['roleAssignments'][number],
  account: CosmosAccount,
  { at, problems, roles }: Place & { readonly roles: ReadonlyMap<string, AssignableRole> },
): Assignment | undefined {
  const { id, roleDefinitionId, principalId } = assignment
  if (!GUID.test(principalId))
    problems.push(`${at}.principalId: expected the object id (a GUID), got "${principalId}"`)
  const role = roles.get(roleGuid(roleDefinitionId, account))
  if (!role)
    problems.push(`${at}.roleDefinitionId: there is no role definition "${roleDefinitionId}"`)
  const scope = requireScope(assignment.scope, account, { at: `${at}.scope`, problems })
  if (!role || !scope) return undefined
  if (!role.assignableScopes.some((assignable) => covers(assignable, scope)))
    problems.push(
      `${at}.scope: "${assignment.scope}" is not within an assignable scope of role definition ${role.id}`,
    )
  return { id, role, principalId: principalId.toLowerCase(), scope }
}

/** A role of another account is no role here, even under the same GUID. */
function roleGuid(roleDefinitionId: string, account: CosmosAccount): string {
  const lower = roleDefinitionId.toLowerCase()
  const prefix = `${account.resourceId.toLowerCase()}/sqlroledefinitions/`
  return lower.startsWith(prefix) ? lower.slice(prefix.length) : lower
}
