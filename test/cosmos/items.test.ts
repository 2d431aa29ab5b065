import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestAccount } from './account.ts'
import { STORES } from './stores.ts'

describe.for(STORES)('items, with $store', ({ start }) => {
  let account: TestAccount
  beforeAll(async () => {
    account = await start()
  })
  afterAll(() => account.close())

  test('an item is created, read, replaced, upserted and deleted by the SDK', async () => {
    const data = account.data('contributor')
    const created = await data.items.create({ id: 'ted', partitionKey: 'afc', name: 'Ted Lasso' })
    expect(created.statusCode).toBe(201)
    expect(created.resource).toMatchObject({
      id: 'ted',
      name: 'Ted Lasso',
      _attachments: 'attachments/',
    })
    expect(created.requestCharge).toBeCloseTo(5.29)
    expect(created.etag).toBe(created.resource?._etag)
    expect(created.activityId).toMatch(/^[0-9a-f-]{36}$/)

    const read = await data.item('ted', 'afc').read()
    expect(read.statusCode).toBe(200)
    expect(read.requestCharge).toBe(1)
    expect(read.resource).toEqual(created.resource)

    const replaced = await data
      .item('ted', 'afc')
      .replace({ ...read.resource, name: 'Coach Lasso' })
    expect(replaced.statusCode).toBe(200)
    expect(replaced.resource?._rid).toBe(created.resource?._rid)
    expect(replaced.etag).not.toBe(created.etag)

    const upserted = await data.items.upsert({ id: 'roy', partitionKey: 'afc', name: 'Roy' })
    expect(upserted.statusCode).toBe(201)
    const again = await data.items.upsert({ id: 'roy', partitionKey: 'afc', name: 'Roy Kent' })
    expect(again.statusCode).toBe(200)

    expect((await data.item('ted', 'afc').delete()).statusCode).toBe(204)
    expect((await data.item('ted', 'afc').read()).statusCode).toBe(404)
  })

  test('a second create of the same id is a 409, in another partition it is not', async () => {
    const { items } = account.data('contributor')
    await items.create({ id: 'twice', partitionKey: 'a' })
    await expect(items.create({ id: 'twice', partitionKey: 'a' })).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining('Resource with specified id or name already exists.'),
    })
    expect((await items.create({ id: 'twice', partitionKey: 'b' })).statusCode).toBe(201)
  })

  test('an etag guards replace, upsert, patch and delete', async () => {
    const data = account.data('contributor')
    const { etag } = await data.items.create({ id: 'guarded', partitionKey: 'p', n: 1 })
    const item = data.item('guarded', 'p')
    const stale = { accessCondition: { type: 'IfMatch', condition: '"stale"' } }
    const refused = {
      code: 412,
      message: expect.stringContaining('One of the specified pre-condition is not met'),
    }
    await expect(item.replace({ id: 'guarded', partitionKey: 'p' }, stale)).rejects.toMatchObject(
      refused,
    )
    await expect(
      data.items.upsert({ id: 'guarded', partitionKey: 'p' }, stale),
    ).rejects.toMatchObject(refused)
    await expect(item.delete(stale)).rejects.toMatchObject(refused)
    await expect(item.patch([{ op: 'incr', path: '/n', value: 1 }], stale)).rejects.toMatchObject(
      refused,
    )
    expect((await item.read()).resource).toMatchObject({ n: 1, _etag: etag })

    const known = { accessCondition: { type: 'IfMatch', condition: etag } }
    expect((await item.replace({ id: 'guarded', partitionKey: 'p', n: 2 }, known)).statusCode).toBe(
      200,
    )
    await expect(item.delete(known)).rejects.toMatchObject(refused)
  })

  test('a read of a version the caller has already is a 304 without body', async () => {
    const data = account.data('contributor')
    const { etag } = await data.items.create({ id: 'cached', partitionKey: 'p' })
    const headers = { 'x-ms-documentdb-partitionkey': '["p"]', 'if-none-match': etag }
    const answer = await account.raw('/dbs/rbacsample/colls/data/docs/cached', { headers })
    expect(answer).toMatchObject({ status: 304, body: '' })
  })

  test('what is missing is a 404 for replace, patch and delete', async () => {
    const item = account.data('contributor').item('missing', 'p')
    const refused = { code: 404, message: expect.stringContaining('Resource Not Found') }
    await expect(item.replace({ id: 'missing', partitionKey: 'p' })).rejects.toMatchObject(refused)
    await expect(item.patch([{ op: 'set', path: '/a', value: 1 }])).rejects.toMatchObject(refused)
    await expect(item.delete()).rejects.toMatchObject(refused)
  })

  const docs = '/dbs/rbacsample/colls/data/docs'

  test.for<{
    readonly what: string
    readonly body: string
    readonly key?: string
    readonly status: number
    readonly substatus?: number
    readonly says: string
  }>([
    {
      what: 'another partition than its header',
      body: '{"id":"a","partitionKey":"b"}',
      status: 400,
      substatus: 1001,
      says: "PartitionKey extracted from document doesn't match the one specified in the header",
    },
    {
      what: 'no partition key but a header for one',
      body: '{"id":"a"}',
      status: 400,
      substatus: 1001,
      says: "doesn't match",
    },
    {
      what: 'an object for a partition key',
      body: '{"id":"a","partitionKey":{"x":1}}',
      status: 400,
      says: 'is invalid for the container',
    },
    {
      what: 'a header that is no JSON',
      body: '{"id":"a","partitionKey":"p"}',
      key: 'p',
      status: 400,
      says: 'is invalid for the container',
    },
    {
      what: 'no id',
      body: '{"partitionKey":"p"}',
      status: 400,
      says: "the required properties - 'id; ' - are missing",
    },
    {
      what: 'a number for an id',
      body: '{"id":7,"partitionKey":"p"}',
      status: 400,
      says: 'One of the specified inputs is invalid',
    },
    {
      what: 'a slash in its id',
      body: '{"id":"a/b","partitionKey":"p"}',
      status: 400,
      says: 'One of the specified inputs is invalid',
    },
    {
      what: 'an id of 1,024 bytes',
      body: `{"id":"${'x'.repeat(1024)}","partitionKey":"p"}`,
      status: 400,
      says: 'One of the specified inputs is invalid',
    },
    {
      what: 'an array around it',
      body: '[{"id":"a","partitionKey":"p"}]',
      status: 400,
      says: 'One of the specified inputs is invalid',
    },
    {
      what: 'a body that ends too soon',
      body: '{"id":"a",',
      status: 400,
      says: 'One of the specified inputs is invalid',
    },
    {
      what: 'too deep a nesting',
      body: `{"id":"a","partitionKey":"p","x":${'['.repeat(200)}${']'.repeat(200)}}`,
      status: 400,
      says: 'One of the specified inputs is invalid',
    },
    {
      what: 'a number beyond a double',
      body: '{"id":"a","partitionKey":"p","x":[1e308,-1e309]}',
      status: 400,
      says: 'One of the specified inputs is invalid',
    },
    {
      what: 'more than 2 MB',
      body: JSON.stringify({ id: 'a', partitionKey: 'p', x: 'x'.repeat(2 * 1024 * 1024) }),
      status: 413,
      says: 'Request size is too large',
    },
    {
      what: 'far more than 2 MB',
      body: 'x'.repeat(4 * 1024 * 1024),
      status: 413,
      says: 'Request size is too large',
    },
  ])(
    'an item with $what is refused with $status',
    async ({ body, key = '["p"]', status, substatus = 0, says }) => {
      const headers = { 'x-ms-documentdb-partitionkey': key }
      const answer = await account.raw(docs, { method: 'POST', headers, body })
      expect(answer).toMatchObject({ status, substatus })
      expect(answer.message).toContain(says)
    },
  )

  test('an item of almost 2 MB is stored, and costs more', async () => {
    const data = account.data('contributor')
    const body = { id: 'large', partitionKey: 'p', x: 'x'.repeat(2 * 1024 * 1024 - 1000) }
    const { requestCharge } = await data.items.create(body)
    expect(requestCharge).toBeGreaterThan(900)
    expect((await data.item('large', 'p').read()).resource?.x).toHaveLength(body.x.length)
  })

  test('partition keys of every type are apart: none, null, false, 0, "0" and ""', async () => {
    const { items } = account.data('contributor')
    const keys = [undefined, null, false, 0, '0', '']
    for (const [index, key] of keys.entries()) {
      const body = { id: 'same', index, ...(key !== undefined && { partitionKey: key }) }
      expect((await items.create(body)).statusCode).toBe(201)
    }
    const data = account.data('contributor')
    expect((await data.item('same', null).read()).resource?.index).toBe(1)
    expect((await data.item('same', 0).read()).resource?.index).toBe(3)
    expect((await data.item('same', '0').read()).resource?.index).toBe(4)
    expect((await data.item('same', undefined).read()).resource?.index).toBe(0)
  })

  test('a nested partition key path is followed', async () => {
    const data = account.client('contributor').database('second').container('data')
    await data.items.create({ id: 'a', address: { city: 'Kansas' } })
    expect((await data.item('a', 'Kansas').read()).resource?.address).toEqual({ city: 'Kansas' })
    expect((await data.item('a', 'London').read()).statusCode).toBe(404)
  })

  test('a write can be asked to bring nothing back', async () => {
    const headers = { 'x-ms-documentdb-partitionkey': '["p"]', prefer: 'return=minimal' }
    const body = '{"id":"quiet","partitionKey":"p"}'
    const answer = await account.raw(docs, { method: 'POST', headers, body })
    expect(answer).toMatchObject({ status: 201, body: '' })
    expect(answer.headers['etag']).toMatch(/^"[0-9a-f-]+"$/)

    // The JavaScript SDK knows the option for batches only.
    const { result } = await account.data('contributor').items.batch(
      [
        { operationType: 'Upsert', resourceBody: { id: 'quiet', partitionKey: 'p' } },
        { operationType: 'Read', id: 'quiet' },
      ],
      'p',
      { contentResponseOnWriteEnabled: false },
    )
    expect(result?.[0]).toMatchObject({ statusCode: 200, eTag: expect.any(String) })
    expect(result?.[0]).not.toHaveProperty('resourceBody')
    expect(result?.[1]?.resourceBody).toMatchObject({ id: 'quiet' })
  })

  test('system properties a client sends are not believed', async () => {
    const { items } = account.data('contributor')
    const { resource } = await items.create({
      id: 'forged',
      partitionKey: 'p',
      _ts: 1,
      _etag: 'mine',
      _rid: 'x',
    })
    expect(resource?._ts).toBeGreaterThan(1_700_000_000)
    expect(resource?._etag).not.toBe('mine')
  })
})
