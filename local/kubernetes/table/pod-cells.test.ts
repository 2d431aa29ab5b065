import { expect, test } from 'vitest'
import type { KubeObject } from '../object.ts'
import { humanDuration } from './age.ts'
import { podCells } from './pod-cells.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')

function pod(status: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { containers: [{ name: 'main' }], initContainers: [{ name: 'init' }] },
    status,
  }
}

const main = (state: object, more: object = {}) => ({
  containerStatuses: [{ name: 'main', restartCount: 0, state, ...more }],
})

test.for([
  { shows: '0/1 Pending 0', status: { phase: 'Pending' } },
  {
    shows: '1/1 Running 0',
    status: { phase: 'Running', ...main({ running: {} }, { ready: true }) },
  },
  {
    shows: '0/1 ErrImagePull 0',
    status: { phase: 'Pending', ...main({ waiting: { reason: 'ErrImagePull' } }) },
  },
  {
    shows: '0/1 Completed 0',
    status: { phase: 'Succeeded', ...main({ terminated: { exitCode: 0, reason: 'Completed' } }) },
  },
  {
    shows: '0/1 ExitCode:3 0',
    status: { phase: 'Failed', ...main({ terminated: { exitCode: 3 } }) },
  },
  {
    shows: '0/1 Signal:9 0',
    status: { phase: 'Failed', ...main({ terminated: { exitCode: 137, signal: 9 } }) },
  },
  { shows: '0/1 Evicted 0', status: { phase: 'Failed', reason: 'Evicted' } },
  {
    shows: '0/1 CrashLoopBackOff 3 (30m ago)',
    status: {
      phase: 'Running',
      ...main(
        { waiting: { reason: 'CrashLoopBackOff' } },
        { restartCount: 3, lastState: { terminated: { finishedAt: '2026-01-01T00:30:00Z' } } },
      ),
    },
  },
  {
    shows: '0/1 Init:0/1 0',
    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'init', restartCount: 0, state: { running: {} } }],
    },
  },
  {
    shows: '0/1 Init:ExitCode:3 1',
    status: {
      phase: 'Pending',
      initContainerStatuses: [
        { name: 'init', restartCount: 1, state: { terminated: { exitCode: 3 } } },
      ],
    },
  },
])('kubectl shows a pod as $shows', ({ status, shows }) => {
  expect(podCells(pod(status), NOW).slice(1, 4).join(' ')).toBe(shows)
})

test('a pod that is being deleted is Terminating, unless it has ended already', () => {
  const deleted = { deletionTimestamp: '2026-01-01T00:59:00Z' }
  expect(podCells(pod({ phase: 'Running' }, deleted), NOW)[2]).toBe('Terminating')
  expect(podCells(pod({ phase: 'Failed' }, deleted), NOW)[2]).toBe('Failed')
})

test.for([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [192, '3m12s'],
  [3600, '60m'],
  [3 * 3600, '3h'],
  [5 * 3600 + 60, '5h1m'],
  [51 * 3600, '2d3h'],
  [400 * 86_400, '400d'],
] as const)('%s seconds are %s', ([seconds, text]) => {
  expect(humanDuration(seconds * 1000)).toBe(text)
})
