import { unparsableUrl, verbNotSupported, badRequest } from './errors.ts'
import type { Refusal } from './errors.ts'
import { parseTarget } from './path.ts'

/** One thing a data-plane client can ask for, with the resource it is about. */
export type Operation =
  | { readonly kind: 'read-account' }
  | { readonly kind: 'list-databases' }
  | { readonly kind: 'read-database' | 'list-containers'; readonly database: string }
  | ContainerOperation
  | ItemOperation

/** An operation on a container or on its items as a whole. */
export interface ContainerOperation {
  readonly kind:
    | 'read-container'
    | 'list-ranges'
    | 'list-items'
    | 'read-change-feed'
    | 'create-item'
    | 'upsert-item'
    | 'query-items'
    | 'plan-query'
    | 'batch'
    | 'execute-stored-procedure'
    | 'manage-conflicts'
  readonly database: string
  readonly container: string
}

/** An operation on one item, named by its id in the path and its partition key in a header. */
export interface ItemOperation {
  readonly kind: 'read-item' | 'replace-item' | 'patch-item' | 'delete-item'
  readonly database: string
  readonly container: string
  readonly item: string
}

/** What a request is, before anyone asks whether it is allowed. */
export type Classified =
  | { readonly is: 'operation'; readonly operation: Operation }
  /** Exists in the service, but no data-plane role can ever allow it: 403/5300. */
  | { readonly is: 'not-possible-by-aad' }
  | { readonly is: 'refused'; readonly refusal: Refusal }

/** The part of a request that decides what it is; the body never does, but for the parts of a batch. */
export interface RequestHead {
  readonly method: string
  /** The raw request target. */
  readonly target: string
  readonly headers: Pick<Headers, 'get'>
}

/**
 * What a request asks for. Everything that is not listed here is refused: a path that names nothing with 404,
 * a verb the resource does not have with 405, contradicting headers with 400.
 *
 * @see https://learn.microsoft.com/rest/api/cosmos-db/cosmosdb-resource-uri-syntax-for-rest
 */
export function classify(head: RequestHead): Classified {
  const path = parseTarget(head.target)
  if (!path) return refused(unparsableUrl())
  const [database, container, item] = path.ids
  const isFeed = path.ids.length < path.types.length
  const shape = `/${path.types.join('/')}${isFeed || path.types.length === 0 ? '' : '/*'}`
  const rule = RULES.get(shape)
  if (!rule) return refused(unparsableUrl())
  return rule({ head, database: database ?? '', container: container ?? '', item: item ?? '' })
}

interface Subject {
  readonly head: RequestHead
  readonly database: string
  readonly container: string
  readonly item: string
}

type Rule = (subject: Subject) => Classified

/** Shape of the path (`/*` at the end: with an id) → what its verbs mean. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['/', verbs({ GET: () => operation({ kind: 'read-account' }) })],
  ['/dbs', verbs({ GET: () => operation({ kind: 'list-databases' }), POST: never })],
  ['/dbs/*', verbs({ GET: onDatabase('read-database'), PUT: never, DELETE: never })],
  ['/dbs/colls', verbs({ GET: onDatabase('list-containers'), POST: never })],
  ['/dbs/colls/*', verbs({ GET: onContainer('read-container'), PUT: never, DELETE: never })],
  ['/dbs/colls/pkranges', verbs({ GET: onContainer('list-ranges') })],
  ['/dbs/colls/docs', verbs({ GET: readFeed, POST: postToItems })],
  [
    '/dbs/colls/docs/*',
    verbs({
      GET: onItem('read-item'),
      PUT: onItem('replace-item'),
      PATCH: onItem('patch-item'),
      DELETE: onItem('delete-item'),
    }),
  ],
  ['/dbs/colls/conflicts', verbs({ GET: onContainer('manage-conflicts') })],
  [
    '/dbs/colls/conflicts/*',
    verbs({ GET: onContainer('manage-conflicts'), DELETE: onContainer('manage-conflicts') }),
  ],
  ['/dbs/colls/sprocs', verbs({ GET: never, POST: never })],
  [
    '/dbs/colls/sprocs/*',
    verbs({
      POST: onContainer('execute-stored-procedure'),
      GET: never,
      PUT: never,
      DELETE: never,
    }),
  ],
  ...['/dbs/colls/triggers', '/dbs/colls/udfs', '/dbs/users', '/dbs/users/permissions'].flatMap(
    (feed): [string, Rule][] => [
      [feed, verbs({ GET: never, POST: never })],
      [`${feed}/*`, verbs({ GET: never, PUT: never, DELETE: never })],
    ],
  ),
  ['/dbs/clientencryptionkeys', verbs({ GET: never, POST: never })],
  ['/dbs/clientencryptionkeys/*', verbs({ GET: never, PUT: never })],
  ['/dbs/colls/operations/*', verbs({ POST: never })],
  ['/offers', verbs({ GET: never, POST: never })],
  ['/offers/*', verbs({ GET: never, PUT: never })],
])

function verbs(byMethod: Readonly<Record<string, Rule>>): Rule {
  const rules = new Map(Object.entries(byMethod))
  return (subject) => rules.get(subject.head.method)?.(subject) ?? refused(verbNotSupported())
}

/** Control-plane calls and everything the permission model leaves out. */
function never(): Classified {
  return { is: 'not-possible-by-aad' }
}

function onDatabase(kind: 'read-database' | 'list-containers'): Rule {
  return ({ database }) => operation({ kind, database })
}

function onContainer(kind: ContainerOperation['kind']): Rule {
  return ({ database, container }) => operation({ kind, database, container })
}

function onItem(kind: ItemOperation['kind']): Rule {
  return ({ database, container, item }) => operation({ kind, database, container, item })
}

/** `GET …/docs` lists the items, or with `a-im` what changed among them. */
function readFeed(subject: Subject): Classified {
  const isChangeFeed = subject.head.headers.get('a-im') !== null
  return onContainer(isChangeFeed ? 'read-change-feed' : 'list-items')(subject)
}

/** Header → what `POST …/docs` becomes by it; none of them: a create. */
const MEANING_OF_POST = [
  ['x-ms-documentdb-is-upsert', 'upsert-item'],
  ['x-ms-documentdb-isquery', 'query-items'],
  ['x-ms-cosmos-is-query-plan-request', 'plan-query'],
  ['x-ms-cosmos-is-batch-request', 'batch'],
] as const

/**
 * One path, five meanings, each with its own data action: so two meanings at once are refused, and so is a
 * query that is not declared as one.
 */
function postToItems(subject: Subject): Classified {
  const { headers } = subject.head
  const meanings = MEANING_OF_POST.filter(([name]) => headers.get(name) !== null)
  if (meanings.some(([name]) => !/^(?:true|false)$/i.test(headers.get(name) ?? '')))
    return refused(badRequest('A header that says what the request is must be True or False.'))
  const claimed = meanings.filter(([name]) => /^true$/i.test(headers.get(name) ?? ''))
  if (claimed.length > 1)
    return refused(
      badRequest(
        `The headers ${claimed.map(([name]) => name).join(' and ')} contradict each other.`,
      ),
    )
  const kind = claimed[0]?.[1] ?? 'create-item'
  const isQuery = kind === 'query-items' || kind === 'plan-query'
  if (isQuery !== isQueryText(headers.get('content-type')))
    return refused(
      badRequest('A query needs content-type application/query+json, and only a query has it.'),
    )
  return onContainer(kind)(subject)
}

function isQueryText(contentType: string | null): boolean {
  return /^application\/query\+json\s*(?:;|$)/i.test(contentType ?? '')
}

function operation(it: Operation): Classified {
  return { is: 'operation', operation: it }
}

function refused(refusal: Refusal): Classified {
  return { is: 'refused', refusal }
}
