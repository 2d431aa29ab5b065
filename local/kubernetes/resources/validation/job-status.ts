import { asText, isRecord, listAt, numberAt, textAt } from '../../object.ts'
import type { KubeObject } from '../../object.ts'
import type { StatusCause } from '../../errors.ts'
import { sameJson } from '../../schema/same.ts'
import { duplicate, IMMUTABLE, invalidAsAWhole, invalidValue, required } from './causes.ts'
import { natural } from './workload.ts'

/**
 * What a Job's status may say, and how it may go on: a finished job stays finished, and its counters never go down.
 *
 * Most rules are asked only when what they are about has changed, so that an old status can still be written.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/batch/validation/validation.go validateJobStatus
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/batch/job/strategy.go getStatusValidationOptions
 */
export function validateJobStatus(job: KubeObject, live: KubeObject): readonly StatusCause[] {
  const now = readStatus(job)
  const before = readStatus(live)
  return [
    ...COUNTS.flatMap((key) => natural(now.status, key, 'status')),
    ...uncountedPods(now),
    ...conditionProblems(now, before),
    ...finishedProblems(now, before),
    ...changeProblems(now, before),
  ]
}

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating']
const CONDITIONS = 'status.conditions'

interface JobStatus {
  readonly status: Readonly<Record<string, unknown>>
  readonly isSuspended: boolean
  readonly complete: boolean
  readonly failed: boolean
  readonly failureTarget: boolean
  readonly successCriteriaMet: boolean
  readonly finished: boolean
  readonly startTime: string | undefined
  readonly completionTime: string | undefined
}

function readStatus(job: KubeObject): JobStatus {
  const has = (type: string) =>
    listAt(job, 'status', 'conditions').some(
      (one) => textAt(one, 'type') === type && textAt(one, 'status') === 'True',
    )
  const complete = has('Complete')
  const failed = has('Failed')
  return {
    status: isRecord(job.status) ? job.status : {},
    isSuspended: isRecord(job.spec) && job.spec['suspend'] === true,
    complete,
    failed,
    failureTarget: has('FailureTarget'),
    successCriteriaMet: has('SuccessCriteriaMet'),
    finished: complete || failed,
    startTime: textAt(job, 'status', 'startTime'),
    completionTime: textAt(job, 'status', 'completionTime'),
  }
}

/** Pods that have ended are named once, whichever way they ended. */
function uncountedPods({ status }: JobStatus): readonly StatusCause[] {
  const seen = new Set<string>()
  return ['succeeded', 'failed'].flatMap((key) =>
    listAt(status, 'uncountedTerminatedPods', key).flatMap((raw, index) => {
      const field = `status.uncountedTerminatedPods.${key}[${index}]`
      const uid = asText(raw)
      if (uid === '') return [invalidValue(field, uid, 'must not be empty')]
      if (seen.has(uid)) return [duplicate(field, uid)]
      seen.add(uid)
      return []
    }),
  )
}

/** Collects the causes whose condition holds, in their order. */
function collector() {
  const causes: StatusCause[] = []
  const refuse = (isWrong: boolean, cause: StatusCause) => {
    if (isWrong) causes.push(cause)
  }
  return { causes, refuse }
}

function conditionProblems(now: JobStatus, before: JobStatus): readonly StatusCause[] {
  const changed = (...keys: readonly (keyof JobStatus)[]) =>
    keys.some((key) => now[key] !== before[key])
  const time = 'status.completionTime'
  const { causes, refuse } = collector()
  refuse(
    changed('complete', 'failed') && now.complete && now.failed,
    together('Complete=True and Failed=true'),
  )
  refuse(
    changed('complete', 'failureTarget') && now.complete && now.failureTarget,
    together('Complete=True and FailureTarget=true'),
  )
  if (changed('complete', 'completionTime')) {
    refuse(
      now.completionTime !== undefined && !now.complete,
      invalidValue(
        time,
        now.completionTime,
        'cannot set completionTime when there is no Complete=True condition',
      ),
    )
    refuse(
      now.completionTime === undefined && now.complete,
      required(time, 'completionTime is required for Complete jobs'),
    )
  }
  refuse(
    changed('startTime', 'completionTime') && isBefore(now.completionTime, now.startTime),
    invalidValue(time, now.completionTime, 'must be equal to or after `startTime`'),
  )
  refuse(
    changed('failed') && now.failed && !now.failureTarget,
    without('Failed=True', 'FailureTarget=true'),
  )
  refuse(
    changed('complete') && now.complete && !now.successCriteriaMet,
    without('Complete=True', 'SuccessCriteriaMet=true'),
  )
  return causes
}

function isBefore(end: string | undefined, start: string | undefined): boolean {
  return end !== undefined && start !== undefined && Date.parse(end) < Date.parse(start)
}

function together(conditions: string): StatusCause {
  return invalidAsAWhole(CONDITIONS, `cannot set ${conditions} conditions`)
}

function without(condition: string, missing: string): StatusCause {
  return invalidAsAWhole(
    CONDITIONS,
    `cannot set ${condition} condition without the ${missing} condition`,
  )
}

function finishedProblems(now: JobStatus, before: JobStatus): readonly StatusCause[] {
  const finished = now.finished !== before.finished
  const changed = (key: string) => !sameJson(now.status[key], before.status[key])
  const count = (key: string) => numberAt(now.status, key) ?? 0
  const { causes, refuse } = collector()
  const running = (key: string) =>
    refuse(
      (finished || changed(key)) && now.finished && count(key) > 0,
      invalidValue(`status.${key}`, count(key), `${key}>0 is invalid for finished job`),
    )
  running('active')
  refuse(
    (finished || changed('startTime')) && now.finished && now.startTime === undefined,
    required('status.startTime', 'startTime is required for finished job'),
  )
  const uncounted = 'uncountedTerminatedPods'
  const waiting = ['succeeded', 'failed'].some((key) => listAt(now.status, uncounted, key)[0])
  refuse(
    (finished || changed(uncounted)) && now.finished && waiting,
    invalidValue(
      `status.${uncounted}`,
      now.status[uncounted],
      'uncountedTerminatedPods needs to be empty for finished job',
    ),
  )
  for (const [key, rule] of INDEXES) {
    const value = now.status[key]
    refuse(changed(key) && Boolean(value), invalidValue(`status.${key}`, value, rule))
  }
  refuse(
    (changed('ready') || changed('active')) &&
      now.status['ready'] !== undefined &&
      count('ready') > count('active'),
    invalidValue('status.ready', count('ready'), 'cannot set more ready pods than active'),
  )
  running('terminating')
  return causes
}

/** Indexed jobs are refused by admission, so no job here has indexes. */
const INDEXES = [
  ['completedIndexes', 'cannot set non-empty completedIndexes when non-indexed completion mode'],
  ['failedIndexes', 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'],
] as const

function changeProblems(now: JobStatus, before: JobStatus): readonly StatusCause[] {
  const { causes, refuse } = collector()
  refuse(
    now.successCriteriaMet && now.failureTarget,
    together('SuccessCriteriaMet=True and FailureTarget=true'),
  )
  for (const [key, type] of TERMINAL) {
    refuse(
      before[key] && !now[key],
      invalidAsAWhole(CONDITIONS, `cannot disable the terminal ${type}=True condition`),
    )
  }
  for (const key of ['failed', 'succeeded']) {
    const count = numberAt(now.status, key) ?? 0
    refuse(
      count < (numberAt(before.status, key) ?? 0),
      invalidValue(`status.${key}`, count, `cannot decrease the ${key} counter`),
    )
  }
  const { startTime, completionTime } = now
  refuse(
    before.completionTime !== undefined &&
      completionTime !== undefined &&
      before.completionTime !== completionTime,
    invalidValue('status.completionTime', completionTime, IMMUTABLE),
  )
  refuse(
    before.startTime !== undefined && before.startTime !== startTime && !now.isSuspended,
    invalidValue('status.startTime', startTime, `${IMMUTABLE} for unsuspended job once set`),
  )
  refuse(
    before.successCriteriaMet && !now.successCriteriaMet,
    invalidAsAWhole(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'),
  )
  return causes
}

const TERMINAL = [
  ['failed', 'Failed'],
  ['complete', 'Complete'],
  ['failureTarget', 'FailureTarget'],
] as const
