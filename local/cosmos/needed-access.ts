import { DATA_ACTIONS } from './data-action.ts'
import type { DataAction } from './data-action.ts'
import type { BatchVerb } from './batch-request.ts'
import type { Operation } from './operation.ts'
import type { Access } from './rbac.ts'
import type { Scope } from './scope.ts'

/** Where the gateway may choose, because Microsoft's documents do not say. */
export interface AccessPolicy {
  /**
   * Which assignment of `readMetadata` lets a client start (`GET /`): one at `any` scope, or only one at the
   * account. The documents say "can be assigned at any level"; one report needed the account (azure-docs#91742).
   */
  readonly accountReadScope: 'any' | 'account'
}

/**
 * The data actions an operation needs, and where.
 *
 * @param batch The verbs inside a batch; a batch has no action of its own. Empty for everything else.
 * @see https://learn.microsoft.com/azure/cosmos-db/reference-data-plane-security
 */
export function neededAccess(
  operation: Operation,
  batch: readonly BatchVerb[],
  policy: AccessPolicy,
): readonly Access[] {
  if (operation.kind === 'read-account' && policy.accountReadScope === 'any')
    return [{ action: DATA_ACTIONS.readMetadata, scope: {}, at: 'any' }]
  const actions =
    operation.kind === 'batch' ? batch.map((verb) => BATCH_ACTION[verb]) : ACTIONS[operation.kind]
  return actions.map((action) => ({ action, scope: scopeOf(operation) }))
}

const { readMetadata, executeQuery, readChangeFeed } = DATA_ACTIONS

const ACTIONS: Readonly<Record<Exclude<Operation['kind'], 'batch'>, readonly DataAction[]>> = {
  'read-account': [readMetadata],
  'list-databases': [readMetadata],
  'read-database': [readMetadata],
  'list-containers': [readMetadata],
  'read-container': [readMetadata],
  'list-ranges': [readMetadata],
  'create-item': [DATA_ACTIONS.createItem],
  'upsert-item': [DATA_ACTIONS.upsertItem],
  'read-item': [DATA_ACTIONS.readItem],
  'replace-item': [DATA_ACTIONS.replaceItem],
  // [INFER] No document names the action of a patch; it changes an item that exists, as a replace does.
  'patch-item': [DATA_ACTIONS.replaceItem],
  'delete-item': [DATA_ACTIONS.deleteItem],
  // "To perform NoSQL queries using the SDKs, you must have both" permissions: the documents' own note.
  'query-items': [executeQuery, readChangeFeed],
  'plan-query': [executeQuery],
  // A feed without query text asks for readChangeFeed: Azure/azure-cosmos-dotnet-v3#2927
  'list-items': [readChangeFeed],
  'read-change-feed': [readChangeFeed],
  'execute-stored-procedure': [DATA_ACTIONS.executeStoredProcedure],
  'manage-conflicts': [DATA_ACTIONS.manageConflicts],
}

/** [INFER] A batch may do what each of its operations may do by itself. */
const BATCH_ACTION: Readonly<Record<BatchVerb, DataAction>> = {
  Create: DATA_ACTIONS.createItem,
  Upsert: DATA_ACTIONS.upsertItem,
  Read: DATA_ACTIONS.readItem,
  Replace: DATA_ACTIONS.replaceItem,
  Patch: DATA_ACTIONS.replaceItem,
  Delete: DATA_ACTIONS.deleteItem,
}

/** A list is read at the level it hangs on: databases at the account, containers at the database. */
function scopeOf(operation: Operation): Scope {
  if (!('database' in operation)) return {}
  if (!('container' in operation)) return { database: operation.database }
  return { database: operation.database, container: operation.container }
}
