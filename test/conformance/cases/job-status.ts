import { create, inNamespace, MERGE, patch } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { job } from './fixtures.ts'

const JOBS = inNamespace('jobs', 'batch/v1')
const STARTED = '2026-01-01T00:00:00Z'
const LATER = '2026-01-01T00:01:00Z'
const EARLIER = '2025-12-31T00:00:00Z'

function conditions(...types: readonly string[]): object {
  return {
    conditions: types.map((type) => ({
      type: type.replace('!', ''),
      status: type.startsWith('!') ? 'False' : 'True',
      reason: 'r',
      message: 'm',
    })),
  }
}

function write(...statuses: readonly object[]): readonly Step[] {
  return [
    create(JOBS, job('j'), { silent: true }),
    ...statuses.map((status) =>
      patch(MERGE, `${JOBS}/j/status`, { status }, { only: ['status', 'message', 'details'] }),
    ),
  ]
}

const COMPLETE = conditions('SuccessCriteriaMet', 'Complete')
const FAILED = conditions('FailureTarget', 'Failed')

export const JOB_STATUS_CASES: readonly Case[] = [
  {
    name: 'job status: counters are natural, and never go down',
    bare: true,
    steps: write(
      { active: 1 },
      { active: -1 },
      { active: 1, ready: 2 },
      { ready: -1 },
      { terminating: -1 },
      { succeeded: -1, failed: -1 },
      { failed: 2 },
      { failed: 1 },
    ),
  },
  {
    name: 'job status: a start time stays',
    bare: true,
    steps: write({ startTime: STARTED }, { startTime: LATER }, { startTime: null }),
  },
  {
    name: 'job status: what a complete job needs and keeps',
    bare: true,
    steps: write(
      { completionTime: LATER },
      { startTime: STARTED, ...conditions('Complete') },
      { ...COMPLETE, startTime: STARTED, completionTime: EARLIER },
      { ...COMPLETE, startTime: STARTED, completionTime: LATER },
      { active: 1 },
      { terminating: 1 },
      { completionTime: null },
      { completionTime: STARTED },
      { startTime: null },
      { conditions: [] },
      conditions('Failed'),
      { succeeded: 1 },
    ),
  },
  {
    name: 'job status: what a failed job needs and keeps',
    bare: true,
    steps: write(
      conditions('Failed'),
      { startTime: STARTED, active: 1, ...FAILED },
      { startTime: STARTED, completionTime: LATER, ...FAILED },
      { startTime: STARTED, active: null, completionTime: null, ...FAILED },
      conditions('FailureTarget'),
      conditions('FailureTarget', 'SuccessCriteriaMet'),
      { ...conditions('FailureTarget', 'Complete'), completionTime: LATER },
      { ...conditions('Complete', 'Failed'), completionTime: LATER },
      conditions('!FailureTarget'),
      { failed: 1 },
    ),
  },
  {
    name: 'job status: pods that are not counted yet are named once',
    bare: true,
    steps: write(
      { uncountedTerminatedPods: { succeeded: ['a', 'a'], failed: [''] } },
      { uncountedTerminatedPods: { succeeded: ['a'], failed: ['a'] } },
      { uncountedTerminatedPods: { succeeded: ['a'], failed: [] } },
      { failedIndexes: '1' },
    ),
  },
]
