import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestAccount } from './account.ts'
import { STORES } from './stores.ts'

describe.for(STORES)('batches, with $store', ({ start }) => {
  let account: TestAccount
  beforeAll(async () => {
    account = await start()
  })
  afterAll(() => account.close())

  test('a property may be called as what every object inherits', async () => {
    const headers = {
      'x-ms-documentdb-partitionkey': '["odd"]',
      'x-ms-cosmos-is-batch-request': 'True',
      'x-ms-cosmos-batch-atomic': 'True',
    }
    const item = '{"id":"odd","partitionKey":"odd","__proto__":{"a":1},"constructor":"b"}'
    const body = `[{"operationType":"Create","resourceBody":${item}}]`
    const docs = '/dbs/rbacsample/colls/data/docs'
    expect((await account.raw(docs, { method: 'POST', headers, body })).status).toBe(200)
    const read = await account.raw(`${docs}/odd`, {
      headers: { 'x-ms-documentdb-partitionkey': '["odd"]' },
    })
    expect(read.body).toContain('"__proto__":{"a":1},"constructor":"b"')
  })

  test('a batch happens whole or not at all', async () => {
    const { items } = account.data('contributor')
    const done = await items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'b1', partitionKey: 'batch' } },
        { operationType: 'Upsert', resourceBody: { id: 'b2', partitionKey: 'batch' } },
        {
          operationType: 'Patch',
          id: 'b1',
          resourceBody: { operations: [{ op: 'set', path: '/n', value: 1 }] },
        },
        { operationType: 'Read', id: 'b1' },
      ],
      'batch',
    )
    expect(done.code).toBe(200)
    expect(done.result?.map(({ statusCode }) => statusCode)).toEqual([201, 201, 200, 200])
    expect(done.result?.[3]?.resourceBody).toMatchObject({ id: 'b1', n: 1 })

    const undone = await items.batch(
      [
        { operationType: 'Delete', id: 'b2' },
        { operationType: 'Create', resourceBody: { id: 'b3', partitionKey: 'batch' } },
        { operationType: 'Create', resourceBody: { id: 'b1', partitionKey: 'batch' } },
        { operationType: 'Read', id: 'b2' },
      ],
      'batch',
    )
    expect(undone.code).toBe(207)
    expect(undone.result?.map(({ statusCode }) => statusCode)).toEqual([424, 424, 409, 424])
    const { resources } = await items
      .query('SELECT VALUE c.id FROM c', { partitionKey: 'batch' })
      .fetchAll()
    expect(resources).toEqual(['b1', 'b2'])
  })
})
