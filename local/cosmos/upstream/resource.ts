import type { StoreRequest } from '../store.ts'

/** A resource of the emulator, in the forms the protocol needs. */
export interface Resource {
  /** As it is signed; the account is the empty string. */
  readonly type: '' | 'dbs' | 'colls' | 'pkranges' | 'docs'
  /** Signed too: names as they are, not percent-encoded; a feed is signed by its parent. */
  readonly link: string
  /** The request target. */
  readonly path: string
}

type Operation = StoreRequest['operation']

/** What the emulator is asked for; the other operations are answered or refused here. */
export type ForwardedOperation = Operation & {
  readonly kind: Exclude<
    Operation['kind'],
    'list-databases' | 'list-containers' | 'execute-stored-procedure' | 'manage-conflicts'
  >
}

export const ACCOUNT: Resource = { type: '', link: '', path: '/' }
export const DATABASES: Resource = { type: 'dbs', link: '', path: '/dbs' }

export function database(id: string): Resource {
  return one('dbs', ['dbs', id])
}

export function containers(databaseId: string): Resource {
  return feed('colls', ['dbs', databaseId])
}

export function container(databaseId: string, id: string): Resource {
  return one('colls', ['dbs', databaseId, 'colls', id])
}

export function items(databaseId: string, containerId: string): Resource {
  return feed('docs', ['dbs', databaseId, 'colls', containerId])
}

export function item(databaseId: string, containerId: string, id: string): Resource {
  return one('docs', ['dbs', databaseId, 'colls', containerId, 'docs', id])
}

/** The resource an operation is about: made of its parts alone, never of the path the client wrote. */
export function resourceOf(operation: ForwardedOperation): Resource {
  if ('item' in operation) return item(operation.database, operation.container, operation.item)
  switch (operation.kind) {
    case 'read-database':
      return database(operation.database)
    case 'read-container':
      return container(operation.database, operation.container)
    case 'list-ranges':
      return feed('pkranges', ['dbs', operation.database, 'colls', operation.container])
    case 'create-item':
    case 'upsert-item':
    case 'list-items':
    case 'read-change-feed':
    case 'query-items':
    case 'plan-query':
    case 'batch':
      return items(operation.database, operation.container)
  }
}

function one(type: Resource['type'], names: readonly string[]): Resource {
  return { type, link: names.join('/'), path: pathOf(names) }
}

function feed(type: Resource['type'], parent: readonly string[]): Resource {
  return { type, link: parent.join('/'), path: pathOf([...parent, type]) }
}

function pathOf(names: readonly string[]): string {
  return `/${names.map(encodeURIComponent).join('/')}`
}
