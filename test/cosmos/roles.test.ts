import { ErrorResponse } from '@azure/cosmos'
import type { Container, CosmosClient } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAccount, PRINCIPALS } from './account.ts'
import type { PrincipalName, TestAccount } from './account.ts'

let account: TestAccount
beforeAll(async () => {
  account = await startAccount()
  const { items } = account.data('contributor')
  await items.create({ id: 'known', partitionKey: 'p', name: 'known' })
})
afterAll(() => account.close())

const METADATA = 'Microsoft.DocumentDB/databaseAccounts/readMetadata'
const DATA = 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers'

const operations = {
  'create an item': (data: Container) =>
    data.items.create({ id: `new-${Math.random()}`, partitionKey: 'p' }),
  'read an item': (data: Container) => data.item('known', 'p').read(),
  'upsert an item': (data: Container) => data.items.upsert({ id: 'up', partitionKey: 'p' }),
  'replace an item': (data: Container) =>
    data.item('known', 'p').replace({ id: 'known', partitionKey: 'p' }),
  'patch an item': (data: Container) =>
    data.item('known', 'p').patch([{ op: 'set', path: '/seen', value: true }]),
  'delete an item': async (data: Container) => data.item('nothing', 'p').delete(),
  'query items': (data: Container) =>
    data.items.query('SELECT * FROM c', { partitionKey: 'p' }).fetchAll(),
  'read the container': (data: Container) => data.read(),
  'read the database': (data: Container) => data.database.read(),
  'list the containers': (data: Container) => data.database.containers.readAll().fetchAll(),
  'list the databases': (data: Container) => clientOf(data).databases.readAll().fetchAll(),
} as const

function clientOf(data: Container): CosmosClient {
  return data.database.client
}

type OperationName = keyof typeof operations

/** What a 403 must say; the resource is in the service's form, without a leading slash. */
interface Denied {
  readonly who: PrincipalName
  readonly cannot: OperationName
  readonly substatus: 5301 | 5302
  readonly action: string
  readonly resource: string
}

const CONTAINER = 'dbs/rbacsample/colls/data'

describe('refusals', () => {
  test.for<Denied>([
    // An account the caller has no role in is refused at the SDK's first request already.
    { who: 'nobody', cannot: 'create an item', substatus: 5301, action: METADATA, resource: '/' },
    { who: 'nobody', cannot: 'read an item', substatus: 5301, action: METADATA, resource: '/' },
    // A role in the sibling container lets the client start, and ends there.
    {
      who: 'siblingContributor',
      cannot: 'read an item',
      substatus: 5302,
      action: `${DATA}/items/read`,
      resource: CONTAINER,
    },
    {
      who: 'siblingContributor',
      cannot: 'create an item',
      substatus: 5301,
      action: METADATA,
      resource: CONTAINER,
    },
    {
      who: 'siblingContributor',
      cannot: 'query items',
      substatus: 5302,
      action: `${DATA}/executeQuery`,
      resource: CONTAINER,
    },
    {
      who: 'siblingContributor',
      cannot: 'read the container',
      substatus: 5301,
      action: METADATA,
      resource: CONTAINER,
    },
    // The built-in reader reads.
    {
      who: 'reader',
      cannot: 'create an item',
      substatus: 5302,
      action: `${DATA}/items/create`,
      resource: CONTAINER,
    },
    {
      who: 'reader',
      cannot: 'upsert an item',
      substatus: 5302,
      action: `${DATA}/items/upsert`,
      resource: CONTAINER,
    },
    {
      who: 'reader',
      cannot: 'replace an item',
      substatus: 5302,
      action: `${DATA}/items/replace`,
      resource: CONTAINER,
    },
    {
      who: 'reader',
      cannot: 'patch an item',
      substatus: 5302,
      action: `${DATA}/items/replace`,
      resource: CONTAINER,
    },
    {
      who: 'reader',
      cannot: 'delete an item',
      substatus: 5302,
      action: `${DATA}/items/delete`,
      resource: CONTAINER,
    },
    // A custom role with create alone.
    {
      who: 'creator',
      cannot: 'read an item',
      substatus: 5302,
      action: `${DATA}/items/read`,
      resource: CONTAINER,
    },
    {
      who: 'creator',
      cannot: 'upsert an item',
      substatus: 5302,
      action: `${DATA}/items/upsert`,
      resource: CONTAINER,
    },
    {
      who: 'creator',
      cannot: 'query items',
      substatus: 5302,
      action: `${DATA}/executeQuery`,
      resource: CONTAINER,
    },
    // A scope reaches down, never up.
    {
      who: 'containerContributor',
      cannot: 'read the database',
      substatus: 5301,
      action: METADATA,
      resource: 'dbs/rbacsample',
    },
    {
      who: 'containerContributor',
      cannot: 'list the containers',
      substatus: 5301,
      action: METADATA,
      resource: 'dbs/rbacsample',
    },
    {
      who: 'databaseContributor',
      cannot: 'list the databases',
      substatus: 5301,
      action: METADATA,
      resource: '/',
    },
  ])('$who cannot $cannot: 403/$substatus on [$resource]', async (denied) => {
    const error = await errorOf(operations[denied.cannot](account.data(denied.who)))
    expect(error).toMatchObject({ code: 403, substatus: denied.substatus })
    expect(error.message).toContain(
      `Request blocked by Auth test-account : Request is blocked because principal [${PRINCIPALS[denied.who]}] ` +
        `does not have required RBAC permissions to perform action [${denied.action}] ` +
        `on resource [${denied.resource}].  Learn more: https://aka.ms/cosmos-native-rbac.`,
    )
    expect(error.message).toContain(`ActivityId: ${error.activityId}`)
  })
})

describe('what roles allow', () => {
  test.for<{ readonly who: PrincipalName; readonly can: readonly OperationName[] }>([
    {
      who: 'contributor',
      can: [
        'create an item',
        'read an item',
        'upsert an item',
        'replace an item',
        'patch an item',
        'query items',
        'read the container',
        'read the database',
        'list the containers',
        'list the databases',
      ],
    },
    { who: 'reader', can: ['read an item', 'query items', 'list the databases'] },
    { who: 'creator', can: ['create an item', 'read the container'] },
    {
      who: 'containerContributor',
      can: ['create an item', 'read an item', 'query items', 'read the container'],
    },
    {
      who: 'databaseContributor',
      can: ['create an item', 'read the database', 'list the containers'],
    },
    // By the groups claim alone.
    { who: 'member', can: ['read an item', 'query items', 'read the database'] },
  ])('$who can $can', async ({ who, can }) => {
    const data = account.data(who)
    for (const name of can) {
      const { statusCode = 200 } = (await operations[name](data)) as { statusCode?: number }
      expect(statusCode, name).toBeLessThan(300)
    }
  })

  test('a client starts with a role at any scope, as the documents say', async () => {
    const { resource } = await account.client('containerContributor').getDatabaseAccount()
    expect(resource?.writableLocations[0]?.databaseAccountEndpoint).toBe(`${account.url}/`)
  })

  test('with accountReadScope "account" a client needs readMetadata at the account', async () => {
    const strict = await startAccount({ accountReadScope: 'account' })
    try {
      const error = await errorOf(strict.data('containerContributor').item('known', 'p').read())
      expect(error).toMatchObject({ code: 403, substatus: 5301 })
      expect(error.message).toContain(`perform action [${METADATA}] on resource [/]`)
      expect((await strict.data('reader').item('known', 'p').read()).statusCode).toBe(404)
    } finally {
      await strict.close()
    }
  })
})

describe('the control plane is not for data tokens', () => {
  test.for<{
    readonly call: string
    readonly named: string
    readonly run: (client: CosmosClient) => Promise<unknown>
  }>([
    {
      call: 'create a database',
      named: 'POST /dbs',
      run: (it) => it.databases.create({ id: 'x' }),
    },
    {
      call: 'create a container',
      named: 'POST /dbs/rbacsample/colls',
      run: (it) => it.database('rbacsample').containers.create({ id: 'x' }),
    },
    {
      call: 'delete a container',
      named: 'DELETE /dbs/rbacsample/colls/data',
      run: (it) => it.database('rbacsample').container('data').delete(),
    },
    {
      call: 'read throughput',
      named: 'POST /offers',
      run: (it) => it.database('rbacsample').container('data').readOffer(),
    },
    {
      call: 'list stored procedures',
      named: 'GET /dbs/rbacsample/colls/data/sprocs',
      run: (it) =>
        it.database('rbacsample').container('data').scripts.storedProcedures.readAll().fetchAll(),
    },
    {
      call: 'create a user',
      named: 'POST /dbs/rbacsample/users',
      run: (it) => it.database('rbacsample').users.create({ id: 'x' }),
    },
    {
      call: 'create a database if it is missing',
      named: 'POST /dbs',
      run: (it) => it.databases.createIfNotExists({ id: 'missing' }),
    },
  ])('a contributor of the account cannot $call: 403/5300', async ({ named, run }) => {
    const error = await errorOf(run(account.client('contributor')))
    expect(error).toMatchObject({ code: 403, substatus: 5300 })
    expect(error.message).toContain(
      `Request blocked by Auth test-account : The given request [${named}] cannot be authorized by AAD token ` +
        'in data plane. Learn more: https://aka.ms/cosmos-native-rbac.',
    )
  })

  test('createIfNotExists of what exists only reads', async () => {
    const { statusCode } = await account
      .client('contributor')
      .databases.createIfNotExists({ id: 'rbacsample' })
    expect(statusCode).toBe(200)
  })
})

async function errorOf(call: Promise<unknown>): Promise<ErrorResponse> {
  const result: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (result instanceof ErrorResponse) return result
  throw new Error('the call was not refused', { cause: result })
}
