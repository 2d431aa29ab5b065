/** What a role assignment, or one request, is about: the account, a database in it, or a container in that. */
export interface Scope {
  readonly database?: string
  /** Never without `database`. */
  readonly container?: string
}

/**
 * Reads a data-plane scope: `/`, `/dbs/DB`, `/dbs/DB/colls/C`, or the same behind the account's resource id.
 *
 * The account part is compared without regard to case (the CLI itself writes `resourcegroups`); names of
 * databases and containers are case-sensitive. ARM's own form, `/sqlDatabases/…/containers/…`, is no scope here.
 *
 * @returns `undefined` for anything else, another account included.
 * @see https://learn.microsoft.com/azure/cosmos-db/how-to-connect-role-based-access-control
 */
export function parseScope(declared: string, accountResourceId: string): Scope | undefined {
  const relative = withoutAccount(declared, accountResourceId)
  if (relative === '' || relative === '/') return {}
  const match = /^\/dbs\/([^/]+)(?:\/colls\/([^/]+))?$/.exec(relative)
  const [, database, container] = match ?? []
  if (database === undefined) return undefined
  return container === undefined ? { database } : { database, container }
}

function withoutAccount(declared: string, accountResourceId: string): string {
  if (declared === '') return 'nothing is no scope'
  const head = declared.slice(0, accountResourceId.length)
  return head.toLowerCase() === accountResourceId.toLowerCase()
    ? declared.slice(accountResourceId.length)
    : declared
}

/** Whether everything in `inner` is also in `outer`. */
export function covers(outer: Scope, inner: Scope): boolean {
  if (outer.database === undefined) return true
  if (outer.database !== inner.database) return false
  return outer.container === undefined || outer.container === inner.container
}

/** As the service prints it in a 403: `/`, `dbs/DB` or `dbs/DB/colls/C`, with no leading slash. */
export function resourceName({ database, container }: Scope): string {
  if (database === undefined) return '/'
  return container === undefined ? `dbs/${database}` : `dbs/${database}/colls/${container}`
}
