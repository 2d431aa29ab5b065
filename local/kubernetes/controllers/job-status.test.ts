import { expect, test } from 'vitest'
import type { KubeObject } from '../object.ts'
import type { Job } from './job-pods.ts'
import { backoffMs, jobVerdict, wantedPods } from './job-status.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')

function job(spec: object = {}, status: object = {}): Job {
  const template = { spec: { containers: [], restartPolicy: 'Never' } }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work' },
    spec: { completions: 3, parallelism: 2, backoffLimit: 2, template, ...spec },
    status,
  }
}

function pod(phase: string, secondsAgo = 0, restartCount = 0): KubeObject {
  const finishedAt = new Date(NOW - secondsAgo * 1000).toISOString()
  const containerStatuses = [{ restartCount, state: { terminated: { finishedAt } } }]
  const metadata = { name: 'p' }
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: { phase, containerStatuses } }
}

const ON_FAILURE = { template: { spec: { containers: [], restartPolicy: 'OnFailure' } } }
const DECIDED = (type: string, reason: string) => ({
  conditions: [{ type, status: 'True', reason, message: 'as it was' }],
})

test.for([
  { when: 'it goes on', job: job(), counts: { succeeded: 2, failed: 2 }, verdict: undefined },
  {
    when: 'it has its completions',
    job: job(),
    counts: { succeeded: 3, failed: 0 },
    verdict: 'SuccessCriteriaMet CompletionsReached',
  },
  {
    when: 'a pod still runs',
    job: job(),
    counts: { succeeded: 3, failed: 0, active: [pod('Running')] },
    verdict: undefined,
  },
  {
    when: 'any success is enough',
    job: job({ completions: undefined }),
    counts: { succeeded: 1, failed: 0 },
    verdict: 'SuccessCriteriaMet CompletionsReached',
  },
  {
    when: 'too many pods failed',
    job: job(),
    counts: { succeeded: 0, failed: 3 },
    verdict: 'FailureTarget BackoffLimitExceeded',
  },
  {
    when: 'a container restarted too often',
    job: job(ON_FAILURE),
    counts: { succeeded: 0, failed: 0, active: [pod('Running', 0, 2)] },
    verdict: 'FailureTarget BackoffLimitExceeded',
  },
  {
    when: 'its time is up',
    job: job({ activeDeadlineSeconds: 60 }, { startTime: '2026-11-23T09:59:00Z' }),
    counts: { succeeded: 0, failed: 0 },
    verdict: 'FailureTarget DeadlineExceeded',
  },
  {
    when: 'its time is not up',
    job: job({ activeDeadlineSeconds: 61 }, { startTime: '2026-11-23T09:59:00Z' }),
    counts: { succeeded: 0, failed: 0 },
    verdict: undefined,
  },
  {
    when: 'it has succeeded before',
    job: job({}, DECIDED('SuccessCriteriaMet', 'CompletionsReached')),
    counts: { succeeded: 3, failed: 0 },
    verdict: 'Complete CompletionsReached',
  },
  {
    when: 'it has failed before',
    job: job({}, DECIDED('FailureTarget', 'DeadlineExceeded')),
    counts: { succeeded: 0, failed: 0 },
    verdict: 'Failed DeadlineExceeded',
  },
])('the verdict on a Job is $verdict when $when', ({ job, counts, verdict }) => {
  const found = jobVerdict(job, { active: [], ...counts }, NOW)
  expect(found && `${found.type} ${found.reason}`).toBe(verdict)
})

test.for([
  { when: 'it begins', job: job(), succeeded: 0, wanted: 2 },
  { when: 'one is left', job: job(), succeeded: 2, wanted: 1 },
  { when: 'it is suspended', job: job({ suspend: true }), succeeded: 0, wanted: 0 },
  { when: 'it is a work queue', job: job({ completions: undefined }), succeeded: 0, wanted: 2 },
  {
    when: 'the work queue is empty',
    job: job({ completions: undefined }),
    succeeded: 1,
    wanted: 0,
  },
])('a Job wants $wanted pods when $when', ({ job, succeeded, wanted }) => {
  expect(wantedPods(job, { succeeded, failed: 0, active: [] })).toBe(wanted)
})

test.for([
  { when: 'nothing failed', pods: [pod('Succeeded')], ms: 0 },
  { when: 'one failed just now', pods: [pod('Failed')], ms: 10_000 },
  { when: 'one failed four seconds ago', pods: [pod('Failed', 4)], ms: 6000 },
  { when: 'three failed', pods: [pod('Failed'), pod('Failed', 15), pod('Failed', 40)], ms: 40_000 },
  {
    when: 'one succeeded after the failures',
    pods: [pod('Failed', 5), pod('Succeeded', 1)],
    ms: 0,
  },
  {
    when: 'one failed after a success',
    pods: [pod('Failed'), pod('Succeeded', 1), pod('Failed', 2)],
    ms: 10_000,
  },
  {
    when: 'many failed',
    pods: Array.from({ length: 9 }, (_, index) => pod('Failed', index)),
    ms: 600_000,
  },
])('the next pod may come after $ms ms when $when', ({ pods, ms }) => {
  expect(backoffMs(pods, NOW)).toBe(ms)
})
