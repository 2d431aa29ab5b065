import { expect, test } from 'vitest'
import { neededAccess } from './needed-access.ts'
import { classify } from './operation.ts'
import { resourceName } from './scope.ts'

const POLICY = { accountReadScope: 'account' } as const
const query = { 'x-ms-documentdb-isquery': 'true', 'content-type': 'application/query+json' }
const plan = {
  'x-ms-cosmos-is-query-plan-request': 'True',
  'content-type': 'application/query+json',
}
const docs = '/dbs/d/colls/c/docs'

/** `kind action[,action] scope`, or the status it is refused with. */
test.for<{
  readonly request: string
  readonly headers?: Readonly<Record<string, string>>
  readonly is: string
}>([
  { request: 'GET /', is: 'read-account readMetadata /' },
  { request: 'GET /dbs', is: 'list-databases readMetadata /' },
  { request: 'GET /dbs/d', is: 'read-database readMetadata dbs/d' },
  { request: 'GET /dbs/d/colls', is: 'list-containers readMetadata dbs/d' },
  { request: 'GET /dbs/d/colls/c', is: 'read-container readMetadata dbs/d/colls/c' },
  { request: 'GET /dbs/d/colls/c/pkranges', is: 'list-ranges readMetadata dbs/d/colls/c' },
  { request: `POST ${docs}`, is: 'create-item items/create dbs/d/colls/c' },
  {
    request: `POST ${docs}`,
    headers: { 'x-ms-documentdb-is-upsert': 'true' },
    is: 'upsert-item items/upsert dbs/d/colls/c',
  },
  {
    request: `POST ${docs}`,
    headers: { 'x-ms-documentdb-is-upsert': 'False' },
    is: 'create-item items/create dbs/d/colls/c',
  },
  {
    request: `POST ${docs}`,
    headers: query,
    is: 'query-items executeQuery,readChangeFeed dbs/d/colls/c',
  },
  { request: `POST ${docs}`, headers: plan, is: 'plan-query executeQuery dbs/d/colls/c' },
  { request: `GET ${docs}`, is: 'list-items readChangeFeed dbs/d/colls/c' },
  {
    request: `GET ${docs}`,
    headers: { 'a-im': 'Incremental Feed' },
    is: 'read-change-feed readChangeFeed dbs/d/colls/c',
  },
  { request: `GET ${docs}/i`, is: 'read-item items/read dbs/d/colls/c' },
  { request: `PUT ${docs}/i`, is: 'replace-item items/replace dbs/d/colls/c' },
  { request: `PATCH ${docs}/i`, is: 'patch-item items/replace dbs/d/colls/c' },
  { request: `DELETE ${docs}/i`, is: 'delete-item items/delete dbs/d/colls/c' },
  {
    request: 'POST /dbs/d/colls/c/sprocs/s',
    is: 'execute-stored-procedure executeStoredProcedure dbs/d/colls/c',
  },
  { request: 'GET /dbs/d/colls/c/conflicts', is: 'manage-conflicts manageConflicts dbs/d/colls/c' },
  { request: 'POST /dbs', is: 'not possible by AAD' },
  { request: 'DELETE /dbs/d', is: 'not possible by AAD' },
  { request: 'POST /dbs/d/colls', is: 'not possible by AAD' },
  { request: 'PUT /dbs/d/colls/c', is: 'not possible by AAD' },
  { request: 'GET /offers', is: 'not possible by AAD' },
  { request: 'PUT /offers/o', is: 'not possible by AAD' },
  { request: 'GET /dbs/d/colls/c/sprocs', is: 'not possible by AAD' },
  { request: 'GET /dbs/d/colls/c/triggers/t', is: 'not possible by AAD' },
  { request: 'POST /dbs/d/colls/c/udfs', is: 'not possible by AAD' },
  { request: 'GET /dbs/d/users/u/permissions/p', is: 'not possible by AAD' },
  { request: 'POST /dbs/d/colls/c/operations/partitionkeydelete', is: 'not possible by AAD' },
  { request: 'GET /dbs/d/clientencryptionkeys', is: 'not possible by AAD' },
  { request: 'HEAD /', is: '405' },
  { request: 'POST /', is: '405' },
  { request: `PUT ${docs}`, is: '405' },
  { request: `POST ${docs}/i`, is: '405' },
  { request: `get ${docs}/i`, is: '405' },
  { request: 'GET /dbs/', is: '404' },
  { request: 'GET /colls/c', is: '404' },
  { request: 'GET /dbs/d/docs', is: '404' },
  { request: 'GET /dbs/d/colls/c/docs/i/x', is: '404' },
  { request: 'GET /dbs/d?a=b', is: '404' },
  { request: 'GET /dbs/d#x', is: '404' },
  { request: 'GET dbs/d', is: '404' },
  { request: 'GET *', is: '404' },
  { request: 'GET /dbs/..', is: '404' },
  { request: 'GET /dbs/a%2Fb', is: '404' },
  { request: 'GET /dbs/a%5cb', is: '404' },
  { request: 'GET /dbs/a%3Fb', is: '404' },
  { request: 'GET /dbs/%C0%AF', is: '404' },
  { request: 'GET /dbs/a%0Ab', is: '404' },
  { request: 'GET /dbs/ä', is: '404' },
  { request: `POST ${docs}`, headers: { ...query, ...plan }, is: '400' },
  { request: `POST ${docs}`, headers: { 'x-ms-documentdb-isquery': 'true' }, is: '400' },
  {
    request: `POST ${docs}`,
    headers: { 'content-type': 'application/query+json; charset=utf-8' },
    is: '400',
  },
  { request: `POST ${docs}`, headers: { 'x-ms-documentdb-is-upsert': 'yes' }, is: '400' },
  { request: `POST ${docs}`, headers: { 'x-ms-documentdb-is-upsert': 'true, false' }, is: '400' },
])('$request ($headers) is: $is', ({ request, headers = {}, is }) => {
  const [method = '', target = ''] = request.split(' ')
  const classified = classify({ method, target, headers: new Headers(headers) })
  switch (classified.is) {
    case 'operation': {
      const access = neededAccess(classified.operation, [], POLICY)
      const actions = access.map(({ action }) => action.split('/').slice(1).join('/'))
      const short = actions.map((it) => it.replace(/^.*containers\/|^databaseAccounts\//, ''))
      const [{ scope } = { scope: {} }] = access
      expect(`${classified.operation.kind} ${short.join(',')} ${resourceName(scope)}`).toBe(is)
      break
    }
    case 'refused':
      expect(String(classified.refusal.status)).toBe(is)
      break
    case 'not-possible-by-aad':
      expect('not possible by AAD').toBe(is)
  }
})

test('a batch needs what each of its operations needs', () => {
  const operation = { kind: 'batch', database: 'd', container: 'c' } as const
  const access = neededAccess(operation, ['Create', 'Read', 'Patch', 'Delete', 'Upsert'], POLICY)
  expect(access.map(({ action }) => action.replace(/^.*\//, ''))).toEqual([
    'create',
    'read',
    'replace',
    'delete',
    'upsert',
  ])
})
