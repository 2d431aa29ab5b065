import { isApiError } from '../client.ts'
import type { KubeObject } from '../object.ts'
import { conditionOf, hasCondition } from './conditions.ts'
import { PATHS, inNamespace, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import { parseSchedule } from '../cron-schedule.ts'
import type { Schedule } from '../cron-schedule.ts'
import type { Recorder } from './events.ts'
import { keyOf } from './informer.ts'
import type { Job } from './job-pods.ts'
import { isFinishedJob } from './job-status.ts'
import { controllerKey, controllerReference, isControlledBy } from './owners.ts'
import { errorText, isNamespaceTerminating } from './pod-control.ts'
import { timestamp } from './timestamp.ts'
import { byCreation } from './workloads.ts'

interface CronJob extends KubeObject {
  spec: {
    schedule: string
    timeZone?: string
    suspend?: boolean
    concurrencyPolicy?: string
    startingDeadlineSeconds?: number
    successfulJobsHistoryLimit?: number
    failedJobsHistoryLimit?: number
    jobTemplate: { metadata?: KubeObject['metadata']; spec: object }
  }
  status?: { active?: JobRef[]; lastScheduleTime?: string; lastSuccessfulTime?: string }
}

interface JobRef {
  readonly name: string
  readonly uid: string
  readonly [member: string]: unknown
}

/** One look at a CronJob; `status` is what will be written at the end. */
interface Run {
  readonly cluster: Cluster
  readonly record: Recorder
  readonly cronJob: CronJob
  readonly jobs: readonly Job[]
  status: NonNullable<CronJob['status']>
}

const SCHEDULED_ANNOTATION = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const MINUTE_MS = 60_000

/**
 * Starts the Jobs of CronJobs when they are due, and removes finished ones beyond the history limits.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/cronjob/cronjob_controllerv2.go
 */
export function startCronJobController(cluster: Cluster): void {
  const record = cluster.recorder('cronjob-controller')
  const cronJobs = cluster.informer(PATHS.cronJobs)
  const jobs = cluster.informer(PATHS.jobs)
  const queue = cluster.queue(async (key) => {
    await jobs.synced
    const cronJob = cronJobs.get(key) as CronJob | undefined
    if (cronJob === undefined) return
    const own = jobs.list(cronJob.metadata.namespace).filter((job) => isControlledBy(job, cronJob))
    const status = structuredClone(cronJob.status ?? {})
    const nextMs = await syncCronJob({ cluster, record, cronJob, jobs: own as Job[], status })
    if (nextMs !== undefined) queue.addAfter(key, nextMs - cluster.now())
  })
  cronJobs.onChange((cronJob) => queue.add(keyOf(cronJob)))
  jobs.onChange((job) => {
    const key = controllerKey(job, 'CronJob')
    if (key !== undefined) queue.add(key)
  })
}

/** @returns When to look again. */
async function syncCronJob(run: Run): Promise<number | undefined> {
  const { cronJob, cluster } = run
  noteJobs(run)
  await trimHistory(run)
  let next: number | undefined
  if (cronJob.metadata.deletionTimestamp === undefined && cronJob.spec.suspend !== true) {
    const { due, after } = dueTimes(run)
    next = after
    if (due !== undefined) await startDue(run, due)
  }
  if (JSON.stringify(run.status) !== JSON.stringify(cronJob.status ?? {})) {
    const path = `${objectPath(PATHS.cronJobs, cronJob)}/status`
    const live = await cluster.client.update(path, { ...cronJob, status: run.status })
    cluster.informer(PATHS.cronJobs).put(live)
  }
  return next
}

/** Takes finished and missing Jobs off the active list. */
function noteJobs(run: Run): void {
  const { cronJob, record, jobs, status } = run
  const active = (status.active ?? []).filter(({ uid, name }) => {
    const job = jobs.find(({ metadata }) => metadata.uid === uid)
    if (job !== undefined && !isFinishedJob(job)) return true
    const text =
      job === undefined
        ? { reason: 'MissingJob', message: `Active job went missing: ${name}` }
        : {
            reason: 'SawCompletedJob',
            message: `Saw completed job: ${name}, condition: ${hasCondition(job, 'Failed') ? 'Failed' : 'Complete'}`,
          }
    record(cronJob, { type: 'Normal', ...text })
    return false
  })
  if (active.length > 0) status.active = active
  else delete status.active
  const ends = jobs.flatMap(({ status: jobStatus }) => jobStatus?.completionTime ?? [])
  const latest = [...ends, status.lastSuccessfulTime ?? ''].toSorted().at(-1)
  if (latest) status.lastSuccessfulTime = latest
}

/** The latest time that is due and not served yet, and the one after now. */
function dueTimes(run: Run): { due?: number; after: number | undefined } {
  const { spec, status, metadata } = run.cronJob
  const now = run.cluster.now()
  const schedule = scheduleOf(run)
  if (schedule === undefined) return { after: undefined }
  const since = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '')
  const deadlineMs = (spec.startingDeadlineSeconds ?? Infinity) * 1000
  let due: number | undefined
  let next = schedule.next(Math.max(since, now - deadlineMs, now - HORIZON_MS))
  while (next !== undefined && next <= now) {
    due = next
    next = schedule.next(next)
  }
  return { ...(due !== undefined && { due }), after: next }
}

function scheduleOf({ cronJob, record }: Run): Schedule | undefined {
  const { schedule, timeZone } = cronJob.spec
  try {
    return parseSchedule(schedule, timeZone)
  } catch (error) {
    // Retrying would not help: the next change of the object tries again.
    const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${errorText(error)}`
    record(cronJob, { type: 'Warning', reason: 'UnparseableSchedule', message })
    return undefined
  }
}

/** What was missed longer ago is not looked for. */
const HORIZON_MS = 7 * 24 * 60 * MINUTE_MS

async function startDue(run: Run, due: number): Promise<void> {
  const { cronJob, cluster, record, status } = run
  const policy = cronJob.spec.concurrencyPolicy
  const active = status.active ?? []
  if (policy === 'Forbid' && active.length > 0) {
    const message =
      'Not starting job because prior execution is running and concurrency policy is Forbid'
    return record(cronJob, { type: 'Normal', reason: 'JobAlreadyActive', message })
  }
  if (policy === 'Replace') {
    for (const { name } of active) await deleteJob(run, name)
    delete status.active
  }
  const job = await createJob(run, due)
  if (job === undefined) return
  cluster.informer(PATHS.jobs).put(job)
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = job.metadata
  const reference = { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion }
  status.active = [...(status.active ?? []), reference]
  status.lastScheduleTime = timestamp(due)
}

/**
 * Named after its due minute, so that it is made once.
 *
 * @returns undefined if another's Job has the name, or the namespace is going away.
 */
async function createJob(
  { cluster, record, cronJob }: Run,
  due: number,
): Promise<KubeObject | undefined> {
  const { jobTemplate } = cronJob.spec
  const name = `${cronJob.metadata.name}-${Math.floor(due / MINUTE_MS)}`
  const { labels, annotations } = jobTemplate.metadata ?? {}
  const body: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cronJob.metadata.namespace ?? '',
      ...(labels && { labels }),
      annotations: { ...annotations, [SCHEDULED_ANNOTATION]: timestamp(due) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: jobTemplate.spec,
  }
  try {
    const job = await cluster.client.create(inNamespace(PATHS.jobs, body.metadata.namespace), body)
    record(cronJob, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` })
    return job
  } catch (error) {
    if (isNamespaceTerminating(error)) return undefined
    if (isApiError(error, 409)) {
      const namesake = await cluster.client.get(objectPath(PATHS.jobs, body))
      return isControlledBy(namesake, cronJob) ? namesake : undefined
    }
    const message = `Error creating job: ${errorText(error)}`
    record(cronJob, { type: 'Warning', reason: 'FailedCreate', message })
    throw error
  }
}

async function trimHistory(run: Run): Promise<void> {
  const { jobs, cronJob } = run
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec
  const finished = jobs.filter(isFinishedJob).toSorted(byCreation)
  const failed = finished.filter((job) => conditionOf(job, 'Failed') !== undefined)
  const succeeded = finished.filter((job) => !failed.includes(job))
  const surplus = [
    ...succeeded.slice(0, Math.max(0, succeeded.length - successfulJobsHistoryLimit)),
    ...failed.slice(0, Math.max(0, failed.length - failedJobsHistoryLimit)),
  ]
  for (const { metadata } of surplus)
    if (metadata.deletionTimestamp === undefined) await deleteJob(run, metadata.name ?? '')
}

async function deleteJob({ cluster, record, cronJob }: Run, name: string): Promise<void> {
  const path = `${inNamespace(PATHS.jobs, cronJob.metadata.namespace)}/${name}`
  try {
    await cluster.client.delete(path, { propagationPolicy: 'Background' })
    record(cronJob, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${name}` })
  } catch (error) {
    if (!isApiError(error, 404)) throw error
  }
}
