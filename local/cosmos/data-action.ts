const PREFIX = 'Microsoft.DocumentDB/databaseAccounts/'
const CONTAINER = `${PREFIX}sqlDatabases/containers/`

/**
 * Every data action of the API for NoSQL, by the short name used in this folder.
 *
 * @see https://learn.microsoft.com/azure/cosmos-db/reference-data-plane-security
 */
export const DATA_ACTIONS = {
  readMetadata: `${PREFIX}readMetadata`,
  createItem: `${CONTAINER}items/create`,
  readItem: `${CONTAINER}items/read`,
  replaceItem: `${CONTAINER}items/replace`,
  upsertItem: `${CONTAINER}items/upsert`,
  deleteItem: `${CONTAINER}items/delete`,
  unmaskItem: `${CONTAINER}items/unmask`,
  executeQuery: `${CONTAINER}executeQuery`,
  readChangeFeed: `${CONTAINER}readChangeFeed`,
  executeStoredProcedure: `${CONTAINER}executeStoredProcedure`,
  manageConflicts: `${CONTAINER}manageConflicts`,
} as const

/** Full name of one data action; never a pattern. */
export type DataAction = (typeof DATA_ACTIONS)[keyof typeof DATA_ACTIONS]

/**
 * What each wildcard stands for. There are exactly two, and `containers/*` does not reach into `items`:
 * the built-in Data Contributor has to list both.
 */
const WILDCARDS: ReadonlyMap<string, readonly DataAction[]> = new Map([
  [
    `${CONTAINER}*`,
    [
      DATA_ACTIONS.executeQuery,
      DATA_ACTIONS.readChangeFeed,
      DATA_ACTIONS.executeStoredProcedure,
      DATA_ACTIONS.manageConflicts,
    ],
  ],
  [
    `${CONTAINER}items/*`,
    [
      DATA_ACTIONS.createItem,
      DATA_ACTIONS.readItem,
      DATA_ACTIONS.replaceItem,
      DATA_ACTIONS.upsertItem,
      DATA_ACTIONS.deleteItem,
      DATA_ACTIONS.unmaskItem,
    ],
  ],
])

const BY_LOWER_CASE: ReadonlyMap<string, readonly DataAction[]> = new Map<
  string,
  readonly DataAction[]
>([
  ...Object.values(DATA_ACTIONS).map((action) => [action.toLowerCase(), [action]] as const),
  ...[...WILDCARDS].map(([pattern, actions]) => [pattern.toLowerCase(), actions] as const),
])

/**
 * The data actions a declared string grants: one for a name, several for one of the two wildcards.
 *
 * Resource-provider operations are compared without regard to case, as everywhere in ARM.
 *
 * @returns `undefined` if the string names no data action; ARM refuses such a role definition.
 */
export function expandDataAction(declared: string): readonly DataAction[] | undefined {
  return BY_LOWER_CASE.get(declared.toLowerCase())
}
