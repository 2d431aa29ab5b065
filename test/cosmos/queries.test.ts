import { ErrorResponse } from '@azure/cosmos'
import type { Container } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestAccount } from './account.ts'
import { STORES } from './stores.ts'

describe.for(STORES)('queries, with $store', ({ start }) => {
  let account: TestAccount
  let data: Container

  beforeAll(async () => {
    account = await start()
    data = account.data('contributor')
    for (let n = 0; n < 25; n += 1) {
      const partitionKey = n % 2 === 0 ? 'even' : 'odd'
      await data.items.create({ id: `item-${n}`, partitionKey, n, name: `Name ${n}` })
    }
  })
  afterAll(() => account.close())

  test('a query sees the partition it names, and no other', async () => {
    const odd = await data.items.query('SELECT * FROM c', { partitionKey: 'odd' }).fetchAll()
    expect(odd.resources).toHaveLength(12)
    expect(new Set(odd.resources.map(({ partitionKey }) => partitionKey))).toEqual(new Set(['odd']))
    const count = 'SELECT VALUE COUNT(1) FROM c'
    expect((await data.items.query(count, { partitionKey: 'odd' }).fetchAll()).resources).toEqual([
      12,
    ])
    expect((await data.items.query(count).fetchAll()).resources).toEqual([25])
    expect((await data.items.query(count, { partitionKey: 'none' }).fetchAll()).resources).toEqual([
      0,
    ])
  })

  test('a query finds one item by a parameter', async () => {
    const query = {
      query: 'SELECT c.name FROM c WHERE c.id = @id',
      parameters: [{ name: '@id', value: 'item-7' }],
    }
    const { resources, requestCharge } = await data.items.query(query).fetchAll()
    expect(resources).toEqual([{ name: 'Name 7' }])
    expect(requestCharge).toBeGreaterThan(2)
  })

  test.for<{ readonly query: string; readonly pages: readonly number[] }>([
    { query: 'SELECT * FROM c', pages: [10, 10, 5] },
    { query: 'SELECT TOP 15 * FROM c', pages: [10, 5] },
    { query: 'SELECT TOP 10 * FROM c', pages: [10] },
    { query: 'SELECT * FROM c ORDER BY c.n DESC', pages: [10, 10, 5] },
    { query: 'SELECT * FROM c ORDER BY c.n OFFSET 5 LIMIT 12', pages: [10, 2] },
    { query: 'SELECT DISTINCT VALUE c.n FROM c', pages: [10, 10, 5] },
  ])('$query comes in pages of $pages', async ({ query, pages }) => {
    const iterator = data.items.query(query, { maxItemCount: 10 })
    const lengths: number[] = []
    const seen = new Set<string>()
    while (iterator.hasMoreResults()) {
      const { resources } = await iterator.fetchNext()
      if (resources === undefined || resources.length === 0) continue
      lengths.push(resources.length)
      for (const row of resources) seen.add(JSON.stringify(row))
    }
    expect(lengths).toEqual(pages)
    expect(seen.size).toBe(pages.reduce((sum, length) => sum + length))
  })

  test('a continuation goes on where the page ended, even if the page was deleted', async () => {
    const { items } = data
    for (let n = 0; n < 6; n += 1) await items.create({ id: `d${n}`, partitionKey: 'doomed' })
    const options = { partitionKey: 'doomed', maxItemCount: 2 }
    const deleted: string[] = []
    let continuationToken: string | undefined
    do {
      const page = await items
        .query<{ id: string }>('SELECT c.id FROM c', {
          ...options,
          ...(continuationToken !== undefined && { continuationToken }),
        })
        .fetchNext()
      for (const { id } of page.resources) {
        await data.item(id, 'doomed').delete()
        deleted.push(id)
      }
      continuationToken = page.continuationToken
    } while (continuationToken !== undefined)
    expect(deleted).toEqual(['d0', 'd1', 'd2', 'd3', 'd4', 'd5'])
  })

  test('a continuation of another query, another partition or nobody is refused', async () => {
    const options = { partitionKey: 'odd', maxItemCount: 2 }
    const { continuationToken } = await data.items.query('SELECT * FROM c', options).fetchNext()
    const attempts = [
      data.items.query('SELECT c.id FROM c', { ...options, continuationToken }),
      data.items.query('SELECT * FROM c', { ...options, partitionKey: 'even', continuationToken }),
      data.items.query('SELECT * FROM c', { ...options, continuationToken: 'nonsense' }),
    ]
    for (const attempt of attempts)
      await expect(attempt.fetchNext()).rejects.toMatchObject({
        code: 400,
        message: expect.stringContaining('Invalid Continuation Token'),
      })
  })

  describe('the SDK’s other ways to ask', () => {
    test('readAll reads everything', async () => {
      const { resources } = await data.items.readAll({ partitionKey: 'odd' }).fetchAll()
      expect(resources).toHaveLength(12)
    })

    test('forceQueryPlan and enableQueryControl get the same rows', async () => {
      const query = 'SELECT VALUE c.n FROM c WHERE c.n < 5 ORDER BY c.n DESC'
      for (const options of [{ forceQueryPlan: true }, { enableQueryControl: true }]) {
        const { resources } = await data.items
          .query(query, { maxItemCount: 2, ...options })
          .fetchAll()
        expect(resources).toEqual([4, 3, 2, 1, 0])
      }
    })

    test('an async iterator walks over pages', async () => {
      const found: number[] = []
      for await (const { resources } of data.items
        .query<number>('SELECT VALUE c.n FROM c', { maxItemCount: 7, partitionKey: 'even' })
        .getAsyncIterator())
        found.push(...resources)
      expect(found).toHaveLength(13)
    })

    test('the container has one range, and the lists say what is declared', async () => {
      const { resources: ranges } = await data.readPartitionKeyRanges().fetchAll()
      expect(ranges).toMatchObject([{ id: '0', minInclusive: '', maxExclusive: 'FF' }])
      const client = account.client('contributor')
      const { resources: databases } = await client.databases.readAll().fetchAll()
      expect(databases.map(({ id }) => id)).toEqual(['rbacsample', 'second'])
      const { resources: containers } = await data.database.containers.readAll().fetchAll()
      expect(containers.map(({ id }) => id)).toEqual(['data', 'other'])
      expect((await data.read()).resource?.partitionKey?.paths).toEqual(['/partitionKey'])
    })

    test('GET …/docs lists items page by page', async () => {
      const target = '/dbs/rbacsample/colls/data/docs'
      const headers = { 'x-ms-documentdb-partitionkey': '["odd"]', 'x-ms-max-item-count': '8' }
      const first = await account.raw(target, { headers })
      const continuation = String(first.headers['x-ms-continuation'])
      const second = await account.raw(target, {
        headers: { ...headers, 'x-ms-continuation': continuation },
      })
      expect([first, second].map((page) => page.headers['x-ms-item-count'])).toEqual(['8', '4'])
      expect(second.headers).not.toHaveProperty('x-ms-continuation')
      expect(second.headers['x-ms-session-token']).toMatch(/^0:-1#\d+$/)
    })
  })

  describe('what is refused', () => {
    test('a query outside the subset is a 400 that names what is not supported', async () => {
      const query = 'SELECT c.partitionKey, COUNT(1) AS n FROM c GROUP BY c.partitionKey'
      const error: unknown = await data.items
        .query(query)
        .fetchAll()
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ErrorResponse)
      expect(error).toMatchObject({ code: 400 })
      const { message } = error as ErrorResponse
      expect(message).toContain('GROUP BY is not supported by this local stand-in.')
      expect(message).toContain('"severity":"Error"')
    })

    test('a syntax error has the service’s shape', async () => {
      await expect(data.items.query('SELECT * FRM c').fetchAll()).rejects.toMatchObject({
        code: 400,
        message: expect.stringContaining(
          '{"errors":[{"severity":"Error","location":{"start":9,"end":12},"code":"SC1001",' +
            '"message":"Syntax error, incorrect syntax near \'FRM\'."}]}',
        ),
      })
    })

    const target = '/dbs/rbacsample/colls/data/docs'
    const query = {
      'content-type': 'application/query+json',
      'x-ms-documentdb-isquery': 'true',
    }
    const everywhere = { ...query, 'x-ms-documentdb-query-enablecrosspartition': 'true' }
    const all = '{"query":"SELECT * FROM c"}'

    test.for<{
      readonly what: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      readonly status: number
      readonly says: string
    }>([
      {
        what: 'a query over all partitions that does not say so',
        headers: query,
        body: all,
        status: 400,
        says: 'Cross partition query is required but disabled.',
      },
      {
        what: 'a range of effective partition keys',
        headers: { ...everywhere, 'x-ms-start-epk': '05C1', 'x-ms-end-epk': '05FF' },
        body: all,
        status: 501,
        says: 'A range of effective partition keys is not supported',
      },
      {
        what: 'a range that is not there',
        headers: { ...everywhere, 'x-ms-documentdb-partitionkeyrangeid': '1' },
        body: all,
        status: 400,
        says: 'There is no partition key range 1',
      },
      {
        what: 'a page size of zero',
        headers: { ...everywhere, 'x-ms-max-item-count': '0' },
        body: all,
        status: 400,
        says: 'x-ms-max-item-count is invalid',
      },
      {
        what: 'a body without query',
        headers: everywhere,
        body: '{}',
        status: 400,
        says: 'One of the specified inputs is invalid',
      },
      {
        what: 'a parameter given twice',
        headers: everywhere,
        body: '{"query":"SELECT * FROM c","parameters":[{"name":"@a","value":1},{"name":"@a","value":2}]}',
        status: 400,
        says: 'One of the specified inputs is invalid',
      },
      {
        what: 'a hierarchical partition key',
        headers: { ...everywhere, 'x-ms-documentdb-partitionkey': '["a","b"]' },
        body: all,
        status: 400,
        says: 'is invalid for the container',
      },
    ])('$what: $status', async ({ headers, body, status, says }) => {
      const answer = await account.raw(target, { method: 'POST', headers, body })
      expect(answer.status).toBe(status)
      expect(answer.message).toContain(says)
    })

    test('bulk execution and the change feed are a 501, not a made-up success', async () => {
      const headers = {
        'x-ms-cosmos-is-batch-request': 'true',
        'x-ms-cosmos-batch-atomic': 'false',
        'x-ms-documentdb-partitionkeyrangeid': '0',
      }
      const body = JSON.stringify([
        {
          operationType: 'Create',
          partitionKey: '["p"]',
          resourceBody: { id: 'x', partitionKey: 'p' },
        },
      ])
      const bulk = await account.raw(target, { method: 'POST', headers, body })
      expect(bulk).toMatchObject({ status: 501 })
      expect(bulk.message).toContain('Bulk execution (a batch that is not atomic) is not supported')
      const feed = data.items.getChangeFeedIterator({})
      await expect(feed.readNext()).rejects.toMatchObject({
        message: expect.stringContaining('The change feed is not supported'),
      })
    })
  })
})
