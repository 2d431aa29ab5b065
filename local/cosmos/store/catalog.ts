import type { CosmosAccount } from '../account.ts'
import { resourceNotFound } from '../errors.ts'
import { Container } from './container.ts'
import { databaseRid } from './resource-id.ts'

/** A database of the embedded store. */
export interface Database {
  readonly id: string
  /** What its `_rid`, and those of everything in it, are made of. */
  readonly ordinal: number
  readonly rid: string
  readonly self: string
  readonly createdSeconds: number
  readonly containers: ReadonlyMap<string, Container>
}

/** Which databases and containers there are: what the account declares, each with its items. */
export interface Catalog {
  databases(): Iterable<Database>
  /** @throws {Refusal} 404 */
  database(id: string): Database
  /** @throws {Refusal} 404 */
  container(database: string, container: string): Container
}

/**
 * Follows the declared account: a container that appears is empty, one that disappears takes its items along, and
 * one whose partition key path changed is another container.
 */
export function createCatalog(account: () => CosmosAccount, now: () => number): Catalog {
  let seen: CosmosAccount['databases'] | undefined
  let databases: ReadonlyMap<string, Database> = new Map()
  let ordinal = 0
  const next = () => (ordinal += 1)

  const current = () => {
    const declared = account().databases
    if (seen !== declared) {
      databases = new Map(
        declared.map((database) => [
          database.id,
          follow(database, databases.get(database.id), { now, next }),
        ]),
      )
      seen = declared
    }
    return databases
  }

  const database = (id: string) => {
    const found = current().get(id)
    if (!found) throw resourceNotFound()
    return found
  }
  return {
    databases: () => current().values(),
    database,
    container: (databaseId, id) => {
      const found = database(databaseId).containers.get(id)
      if (!found) throw resourceNotFound()
      return found
    },
  }
}

function follow(
  declared: CosmosAccount['databases'][number],
  existing: Database | undefined,
  source: { readonly now: () => number; readonly next: () => number },
): Database {
  const ordinal = existing?.ordinal ?? source.next()
  const rid = databaseRid(ordinal)
  const self = `dbs/${rid}/`
  const containers = declared.containers.map(({ id, partitionKeyPath }): [string, Container] => {
    const kept = existing?.containers.get(id)
    if (kept?.partitionKeyPath === partitionKeyPath) return [id, kept]
    const ordinals = { database: ordinal, container: source.next() }
    const made = new Container({
      id,
      partitionKeyPath,
      databaseSelf: self,
      ordinals,
      now: source.now,
    })
    return [id, made]
  })
  return {
    id: declared.id,
    ordinal,
    rid,
    self,
    createdSeconds: existing?.createdSeconds ?? Math.floor(source.now() / 1000),
    containers: new Map(containers),
  }
}
