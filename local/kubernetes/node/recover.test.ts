import { expect, test } from 'vitest'
import type { ContainerState, ContainerStatus } from './pod.ts'
import { recoveredRecord } from './recover.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')
const startedAt = '2026-11-23T09:00:00Z'
const terminated = { exitCode: 1, reason: 'Error', startedAt, finishedAt: '2026-11-23T09:30:00Z' }

function statusOf(state: ContainerState, lastState: ContainerState = {}): ContainerStatus {
  return {
    name: 'c',
    state,
    lastState,
    ready: true,
    started: true,
    restartCount: 2,
    image: 'docker.io/i:1',
    imageID: 'sha256:1',
    containerID: 'process://1',
  }
}

test('without a status nothing has been done yet', () => {
  expect(recoveredRecord(undefined, NOW)).toEqual({ restartCount: 0, ready: false, started: false })
})

test('a container that ran is lost, and nobody knows how it ended', () => {
  const record = recoveredRecord(statusOf({ running: { startedAt } }, { terminated }), NOW)
  expect(record).toMatchObject({ restartCount: 2, ready: false, previous: terminated })
  expect(record.run?.end).toEqual({
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    finishedAt: NOW,
  })
})

test('a container that had ended stays so', () => {
  const record = recoveredRecord(statusOf({ terminated }), NOW)
  expect(record.run?.end).toMatchObject({ exitCode: 1, reason: 'Error' })
})

test('a container that waited for its restart remembers its last end', () => {
  const waiting = { reason: 'CrashLoopBackOff' }
  const record = recoveredRecord(statusOf({ waiting }, { terminated }), NOW)
  expect(record.run?.end?.finishedAt).toBe(Date.parse('2026-11-23T09:30:00Z'))
})
