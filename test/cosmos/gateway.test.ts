import { expect, test } from 'vitest'
import type { Store } from '../../local/cosmos/store.ts'
import { ACCOUNT, PRINCIPALS, startAccount } from './account.ts'

const partition = { 'x-ms-documentdb-partitionkey': '["p"]' }
const docs = '/dbs/rbacsample/colls/data/docs'

test('a refused request never touches the store, and its body is never read', async () => {
  const asked: string[] = []
  const store: Store = {
    answer: async ({ operation }) => {
      asked.push(operation.kind)
      return { status: 200, headers: {}, body: '{}' }
    },
  }
  const account = await startAccount({ store })
  try {
    const as = async (who: 'reader' | 'nobody' | 'siblingContributor') => ({
      authorization: `type=aad&ver=1.0&sig=${await account.token(who)}`,
    })
    const atomic = {
      ...partition,
      'x-ms-cosmos-is-batch-request': 'true',
      'x-ms-cosmos-batch-atomic': 'true',
    }
    const body = JSON.stringify([
      { operationType: 'Read', id: 'a' },
      { operationType: 'Create', resourceBody: { id: 'b', partitionKey: 'p' } },
    ])
    const refused = await Promise.all([
      account.raw(docs, { method: 'POST', authorization: null, body: '{' }),
      account.raw(docs, { method: 'POST', ...(await as('reader')), body: '{' }),
      account.raw(docs, { method: 'POST', ...(await as('nobody')), body: '{' }),
      account.raw(`${docs}/x`, { ...(await as('siblingContributor')), headers: partition }),
      account.raw(docs, { method: 'POST', ...(await as('reader')), headers: atomic, body }),
      account.raw('/dbs', { method: 'POST', body: '{}' }),
      account.raw(`${docs}/x/`, { headers: partition }),
    ])
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 403, 403, 403, 403, 404])
    expect(asked).toEqual([])
    await account.raw(`${docs}/x`, { headers: partition })
    expect(asked).toEqual(['read-item'])
  } finally {
    await account.close()
  }
})

test('every request is written down, without token, header or body', async () => {
  const account = await startAccount()
  try {
    await account.data('contributor').items.create({ id: 'a', partitionKey: 'p', pin: '4711' })
    await account.raw(`${docs}/a`, { authorization: null })
    const records = account.audit
    expect(records.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'GET / 200',
      'GET /dbs/rbacsample/colls/data 200',
      `POST ${docs} 201`,
      `GET ${docs}/a 401`,
    ])
    expect(records[2]).toMatchObject({
      principalId: PRINCIPALS.contributor,
      roleAssignmentIds: ['assignment-contributor'],
      charge: 5.29,
      substatus: 0,
    })
    expect(records[3]).toMatchObject({ substatus: 5000, roleAssignmentIds: [] })
    expect(records[3]).not.toHaveProperty('principalId')
    expect(JSON.stringify(records)).not.toMatch(/eyJ|type=aad|4711/)
  } finally {
    await account.close()
  }
})

test('a role that is taken away stops working at the next request', async () => {
  let current = ACCOUNT
  const account = await startAccount({ account: () => current })
  try {
    const { items } = account.data('contributor')
    await items.create({ id: 'a', partitionKey: 'p' })
    current = { ...ACCOUNT, roleAssignments: [] }
    await expect(items.create({ id: 'b', partitionKey: 'p' })).rejects.toMatchObject({
      code: 403,
      substatus: 5302,
    })
    current = ACCOUNT
    const { statusCode } = await account.data('contributor').item('a', 'p').read()
    expect(statusCode).toBe(200)
  } finally {
    await account.close()
  }
})

test('an account that cannot exist does not start, and says everything that is wrong with it', async () => {
  const broken = {
    ...ACCOUNT,
    name: 'localhost',
    databases: [{ id: 'a/b', containers: [{ id: 'c', partitionKeyPath: 'key' }] }],
    roleDefinitions: [
      {
        id: 'not-a-guid',
        roleName: 'broken',
        assignableScopes: ['/dbs/rbacsample', '/sqlDatabases/x'],
        dataActions: ['Microsoft.DocumentDB/databaseAccounts/sqlDatabases/write'],
        notDataActions: ['Microsoft.DocumentDB/databaseAccounts/readMetadata'],
      },
    ],
    roleAssignments: [
      { id: '1', roleDefinitionId: 'not-a-guid', principalId: 'worker', scope: '/' },
      { id: '1', roleDefinitionId: 'missing', principalId: PRINCIPALS.reader, scope: '/dbs/a' },
    ],
  }
  const start = startAccount({ account: () => broken })
  await expect(start).rejects.toMatchObject({ code: 'ERR_COSMOS_ACCOUNT' })
  const message = await start.then(
    () => '',
    (error: Error) => error.message,
  )
  for (const problem of [
    '"localhost" makes the SDK ignore the endpoints',
    'databases.0.id: "a/b" cannot name a database',
    'databases.0.containers.0.partitionKeyPath: expected one path such as /partitionKey',
    'roleDefinitions.0.id: expected a GUID, got "not-a-guid"',
    'roleDefinitions.0.assignableScopes: expected "/"',
    'The provided data action string [Microsoft.DocumentDB/databaseAccounts/sqlDatabases/write] does not correspond to any valid SQL data action.',
    'roleDefinitions.0.notDataActions: not supported by Azure Cosmos DB',
    'roleAssignments: "1" is there more than once',
    'roleAssignments.0.principalId: expected the object id (a GUID), got "worker"',
    'roleAssignments.0.scope: "/" is not within an assignable scope of role definition not-a-guid',
    'roleAssignments.1.roleDefinitionId: there is no role definition "missing"',
  ])
    expect(message).toContain(problem)
})
