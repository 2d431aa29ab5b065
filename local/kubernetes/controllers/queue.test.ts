import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createQueue } from './queue.ts'

function queueOf(reconcile: (key: string) => Promise<void>) {
  const stop = new AbortController()
  const errors: unknown[] = []
  onTestFinished(() => stop.abort())
  const onError = (error: unknown) => void errors.push(error)
  return { queue: createQueue(reconcile, { signal: stop.signal, onError }), errors, stop }
}

test('a burst of one key is worked on once', async () => {
  const seen: string[] = []
  const { queue } = queueOf(async (key) => void seen.push(key))
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
  await sleep(20)
  expect(seen).toEqual(['a', 'b'])
})

test('a key added while it runs runs once more, never twice at once', async () => {
  let running = 0
  let most = 0
  let runs = 0
  const { queue } = queueOf(async () => {
    most = Math.max(most, (running += 1))
    runs += 1
    await sleep(10)
    running -= 1
  })
  queue.add('a')
  await sleep(5)
  queue.add('a')
  queue.add('a')
  await sleep(60)
  expect({ most, runs }).toEqual({ most: 1, runs: 2 })
})

test('a key that fails comes again, and its failures are told', async () => {
  let runs = 0
  const { queue, errors } = queueOf(async () => {
    runs += 1
    if (runs < 3) throw new Error(`attempt ${runs}`)
  })
  queue.add('a')
  await sleep(150)
  expect(runs).toBe(3)
  expect(errors).toEqual([new Error('attempt 1'), new Error('attempt 2')])
})

test('after the end nothing runs any more', async () => {
  let runs = 0
  const { queue, stop } = queueOf(async () => void (runs += 1))
  queue.addAfter('a', 10)
  stop.abort()
  queue.add('b')
  await sleep(30)
  expect(runs).toBe(0)
})
