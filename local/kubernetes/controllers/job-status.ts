import { conditionsOf, hasCondition } from './conditions.ts'
import type { Condition } from './conditions.ts'
import { finishedAtMs } from './job-pods.ts'
import type { Job } from './job-pods.ts'
import { textAt } from '../object.ts'
import type { KubeObject } from '../object.ts'
import { timestamp } from './timestamp.ts'

const FIRST_BACKOFF_MS = 10_000
const LONGEST_BACKOFF_MS = 600_000

/** How a Job stands, by counts that include what has just ended. */
export interface JobCounts {
  readonly succeeded: number
  readonly failed: number
  readonly active: readonly KubeObject[]
}

export function isFinishedJob(job: Job): boolean {
  return hasCondition(job, 'Complete') || hasCondition(job, 'Failed')
}

/**
 * The verdict on a Job, undefined while it goes on: first SuccessCriteriaMet or FailureTarget, and once its last
 * pod is gone Complete or Failed with the same reason and message.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/job/job_controller.go
 */
export function jobVerdict(job: Job, counts: JobCounts, now: number): Condition | undefined {
  const decided = conditionsOf(job).find(
    ({ type, status }) =>
      ['SuccessCriteriaMet', 'FailureTarget'].includes(type) && status === 'True',
  )
  if (decided !== undefined) {
    const type = decided.type === 'FailureTarget' ? 'Failed' : 'Complete'
    return jobCondition(type, decided.reason ?? '', decided.message ?? '', now)
  }
  const failure = failureOf(job, counts, now)
  if (failure !== undefined)
    return jobCondition('FailureTarget', failure.reason, failure.message, now)
  if (!isSuccessful(job, counts)) return undefined
  const message = 'Reached expected number of succeeded pods'
  return jobCondition('SuccessCriteriaMet', 'CompletionsReached', message, now)
}

/** How many pods a Job that goes on is to run at once. */
export function wantedPods({ spec }: Job, { succeeded, active }: JobCounts): number {
  if (spec.suspend === true) return 0
  const parallelism = spec.parallelism ?? 1
  if (spec.completions === undefined) return succeeded > 0 ? active.length : parallelism
  return Math.max(0, Math.min(parallelism, spec.completions - succeeded))
}

/** Milliseconds until the next pod may be created: 10 s after a failure, doubling to 10 min, from its end. */
export function backoffMs(pods: readonly KubeObject[], now: number): number {
  const ended = pods
    .filter((pod) => ['Failed', 'Succeeded'].includes(phaseOf(pod)))
    .toSorted((a, b) => finishedAtMs(b, now) - finishedAtMs(a, now))
  const lastSuccess = ended.findIndex((pod) => phaseOf(pod) === 'Succeeded')
  const failures = lastSuccess === -1 ? ended.length : lastSuccess
  const [latest] = ended
  if (failures === 0 || latest === undefined) return 0
  const pause = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS)
  return Math.max(0, finishedAtMs(latest, now) + pause - now)
}

/** Milliseconds until activeDeadlineSeconds are over; undefined without a deadline. */
export function deadlineInMs({ spec, status }: Job, now: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || status?.startTime === undefined) return undefined
  if (spec.suspend === true) return undefined
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - now
}

export function jobCondition(
  type: string,
  reason: string,
  message: string,
  now: number,
): Condition {
  const time = timestamp(now)
  return { type, status: 'True', lastProbeTime: time, lastTransitionTime: time, reason, message }
}

function failureOf(
  job: Job,
  { failed, active }: JobCounts,
  now: number,
): { reason: string; message: string } | undefined {
  const limit = job.spec.backoffLimit ?? 6
  if (failed > limit || hasRestartedTooOften(job, active, limit))
    return {
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    }
  const deadline = deadlineInMs(job, now)
  if (deadline !== undefined && deadline <= 0)
    return {
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    }
  return undefined
}

/** With restartPolicy OnFailure it is the restarts of containers that count. */
function hasRestartedTooOften(job: Job, pods: readonly KubeObject[], limit: number): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false
  const restarts = pods.reduce((sum, pod) => sum + restartsOf(pod), 0)
  return limit === 0 ? restarts > 0 : restarts >= limit
}

function restartsOf({ status }: KubeObject): number {
  const { initContainerStatuses = [], containerStatuses = [] } = (status ?? {}) as {
    initContainerStatuses?: { restartCount: number }[]
    containerStatuses?: { restartCount: number }[]
  }
  return [...initContainerStatuses, ...containerStatuses].reduce(
    (sum, { restartCount }) => sum + restartCount,
    0,
  )
}

function isSuccessful({ spec }: Job, { succeeded, active }: JobCounts): boolean {
  if (active.length > 0) return false
  return spec.completions === undefined ? succeeded > 0 : succeeded >= spec.completions
}

function phaseOf(pod: KubeObject): string {
  return textAt(pod, 'status', 'phase') ?? ''
}
