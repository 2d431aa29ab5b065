import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { failed, inProgress } from '../core/readiness-result.ts'
import type { Readiness } from '../core/readiness-result.ts'
import { createWaitTeller } from './wait-teller.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const said: string[] = []
  const teller = createWaitTeller(({ object, readiness }) =>
    said.push(
      `${object.metadata.name}: ${'reason' in readiness ? readiness.reason : readiness.status}`,
    ),
  )
  const tell = (readiness: Readiness, name = 'a') => {
    const object = { apiVersion: 'v1', kind: 'Deployment', metadata: { name } }
    teller.tell({ object, readiness, culprit: object })
  }
  return { said, tell, close: teller.close }
}

const updated = (count: number) => inProgress(`${count} of 40 replicas updated`)

test('of numbers that move on, the first is said, that it moves at all, and the last after a pause', () => {
  const { said, tell } = start()
  for (let count = 0; count <= 20; count += 1) tell(updated(count))
  expect(said).toEqual(['a: 0 of 40 replicas updated', 'a: 1 of 40 replicas updated'])
  vi.advanceTimersByTime(5_000)
  expect(said.slice(2)).toEqual(['a: 20 of 40 replicas updated'])
  vi.advanceTimersByTime(60_000)
  expect(said).toHaveLength(3)
})

test('another stage, a failure and the end are said at once, and what was held back before them no more', () => {
  const { said, tell } = start()
  for (const count of [1, 2, 3]) tell(updated(count))
  tell(inProgress('2 old replicas still there'))
  tell(inProgress('1 old replica still there'))
  tell(failed('quota', 'pods "web-x2lpq" is forbidden'))
  tell(failed('quota', 'pods "web-bcdfg" is forbidden'))
  tell({ status: 'current' })
  vi.advanceTimersByTime(60_000)
  expect(said).toEqual([
    'a: 1 of 40 replicas updated',
    'a: 2 old replicas still there',
    'a: pods "web-x2lpq" is forbidden',
    'a: current',
  ])
})

test('what goes back and forth is said once, unless it stays so', () => {
  const { said, tell } = start()
  for (const reason of ['Pending', 'Running', 'Pending', 'Running', 'Pending']) {
    tell(inProgress(reason))
  }
  expect(said).toEqual(['a: Pending', 'a: Running'])
  vi.advanceTimersByTime(5_000)
  expect(said.slice(2)).toEqual(['a: Pending'])
})

test('each object has its own pause, and the end of the wait says what was held back', () => {
  const { said, tell, close } = start()
  tell(updated(1))
  tell(updated(1), 'b')
  tell(updated(2), 'b')
  close()
  vi.advanceTimersByTime(60_000)
  expect(said).toEqual([
    'a: 1 of 40 replicas updated',
    'b: 1 of 40 replicas updated',
    'b: 2 of 40 replicas updated',
  ])
})
