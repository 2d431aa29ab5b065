import { expect, test } from 'vitest'
import { allOf } from './all-of.ts'
import { withAfterwards } from './afterwards.ts'

const fail = (reason: unknown) => Promise.reject(reason)

test('the results come in the order of the work', async () => {
  expect(await allOf(Promise.resolve('a'), Promise.resolve(1))).toEqual(['a', 1])
})

test('one error is thrown as it is, several together', async () => {
  const [first, second] = [new Error('first'), new Error('second')]
  await expect(allOf(fail(first), Promise.resolve(1))).rejects.toBe(first)
  await expect(allOf(fail(first), fail(second))).rejects.toMatchObject({ errors: [first, second] })
})

test('what one abort has ended is one error', async () => {
  const reason = new Error('interrupted')
  await expect(allOf(fail(reason), fail(reason))).rejects.toBe(reason)
})

test('what comes afterwards hides no error, and is told of it', async () => {
  const [first, second] = [new Error('work'), new Error('clean-up')]
  const told: boolean[] = []
  const run = withAfterwards(
    () => fail(first),
    (failed) => {
      told.push(failed)
      return fail(second)
    },
  )
  await expect(run).rejects.toMatchObject({ errors: [first, second] })
  expect(told).toEqual([true])
})
