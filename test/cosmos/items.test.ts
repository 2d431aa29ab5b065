import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAccount } from './account.ts'
import type { TestAccount } from './account.ts'

let account: TestAccount
beforeAll(async () => {
  account = await startAccount()
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

  const replaced = await data.item('ted', 'afc').replace({ ...read.resource, name: 'Coach Lasso' })
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
