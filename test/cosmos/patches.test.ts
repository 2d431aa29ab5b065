import type { PatchOperation } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestAccount } from './account.ts'
import { STORES } from './stores.ts'

const docs = '/dbs/rbacsample/colls/data/docs'

describe.for(STORES)('patches, with $store', ({ start }) => {
  let account: TestAccount
  beforeAll(async () => {
    account = await start()
  })
  afterAll(() => account.close())

  test('a patch knows the six operations, and its condition', async () => {
    const data = account.data('contributor')
    await data.items.create({
      id: 'patched',
      partitionKey: 'p',
      n: 1,
      old: 'x',
      list: ['a', 'c'],
      from: 1,
    })
    const item = data.item('patched', 'p')
    // The SDK's type leaves out `move`, which the service has.
    const six: readonly object[] = [
      { op: 'add', path: '/list/1', value: 'b' },
      { op: 'set', path: '/new', value: { deep: true } },
      { op: 'replace', path: '/old', value: 'y' },
      { op: 'incr', path: '/n', value: 4 },
      { op: 'move', from: '/from', path: '/to' },
      { op: 'remove', path: '/new/deep' },
    ]
    const { resource } = await item.patch(six as PatchOperation[])
    expect(resource).toMatchObject({ n: 5, old: 'y', list: ['a', 'b', 'c'], to: 1, new: {} })
    expect(resource).not.toHaveProperty('from')

    const operations = [{ op: 'set' as const, path: '/state', value: 'closed' }]
    const open = { condition: "from c where c.state = 'open'", operations }
    await expect(item.patch(open)).rejects.toMatchObject({ code: 412 })
    const five = await item.patch({ condition: 'from c where c.n = 5', operations })
    expect(five.resource?.state).toBe('closed')
  })

  test.for<{
    readonly what: string
    readonly operations: readonly object[]
    readonly says: string
  }>([
    { what: 'no operation', operations: [], says: 'inputs is invalid' },
    {
      what: 'eleven operations',
      operations: Array.from({ length: 11 }, (_, n) => ({ op: 'set', path: `/x${n}`, value: n })),
      says: 'can not exceed 10',
    },
    {
      what: 'an unknown operation',
      operations: [{ op: 'test', path: '/n', value: 1 }],
      says: 'is not supported',
    },
    {
      what: 'a missing path',
      operations: [{ op: 'remove', path: '/none' }],
      says: 'does not exist or cannot be changed',
    },
    {
      what: 'a path through the prototype',
      operations: [{ op: 'set', path: '/__proto__/polluted', value: 1 }],
      says: 'does not exist or cannot be changed',
    },
    {
      what: 'the id',
      operations: [{ op: 'set', path: '/id', value: 'x' }],
      says: 'is not allowed',
    },
    {
      what: 'the partition key',
      operations: [{ op: 'set', path: '/partitionKey', value: 'q' }],
      says: "doesn't match",
    },
    {
      what: 'a place in a list without a number',
      operations: [{ op: 'add', path: '/list/', value: 1 }],
      says: 'cannot be changed',
    },
    {
      what: 'a place in a list in another notation',
      operations: [{ op: 'set', path: '/list/1e0', value: 1 }],
      says: 'cannot be changed',
    },
    {
      what: 'a sum of a number and a text',
      operations: [{ op: 'incr', path: '/text', value: 1 }],
      says: 'cannot be changed',
    },
  ])('a patch of $what is refused with 400', async ({ operations, says }) => {
    const { items } = account.data('contributor')
    await items.upsert({ id: 'unpatched', partitionKey: 'p', n: 1, text: 'a', list: [1] })
    const headers = { 'x-ms-documentdb-partitionkey': '["p"]' }
    const body = JSON.stringify(operations)
    const answer = await account.raw(`${docs}/unpatched`, { method: 'PATCH', headers, body })
    expect(answer.status).toBe(400)
    expect(answer.message).toContain(says)
    expect({}).not.toHaveProperty('polluted')
  })
})
