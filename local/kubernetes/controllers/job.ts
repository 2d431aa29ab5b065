import { isApiError } from '../client.ts'
import type { KubeObject } from '../object.ts'
import { hasCondition, withCondition } from './conditions.ts'
import type { Condition } from './conditions.ts'
import { PATHS, objectPath } from './controller.ts'
import type { Cluster } from './controller.ts'
import type { Recorder } from './events.ts'
import { keyOf } from './informer.ts'
import { TRACKING_FINALIZER, isFailedPod, isSucceededPod, isTracked } from './job-pods.ts'
import type { Job, JobStatus } from './job-pods.ts'
import { backoffMs, deadlineInMs, isFinishedJob, jobVerdict, wantedPods } from './job-status.ts'
import type { JobCounts } from './job-status.ts'
import { controllerKey, controllerOf, isControlledBy } from './owners.ts'
import { createPods, deletePod } from './pod-control.ts'
import { byDeletionRank } from './replica-set.ts'
import { isActivePod, isReadyPod, isTerminatingPod } from './workloads.ts'
import { timestamp } from './timestamp.ts'

/** One look at a Job; `job` is replaced by each answer of the server. */
interface Run {
  readonly cluster: Cluster
  readonly record: Recorder
  readonly addAfter: (delayMs: number) => void
  job: Job
}

/**
 * Runs Jobs to their completions. NonIndexed only: admission refuses what is not done here.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/job/job_controller.go
 */
export function startJobController(cluster: Cluster): void {
  const record = cluster.recorder('job-controller')
  const jobs = cluster.informer(PATHS.jobs)
  const pods = cluster.informer(PATHS.pods)
  const queue = cluster.queue(async (key) => {
    await pods.synced
    const job = jobs.get(key) as Job | undefined
    if (job === undefined) return
    const addAfter = (delayMs: number) => queue.addAfter(key, delayMs)
    const run: Run = { cluster, record, addAfter, job }
    await (isFinishedJob(job) ? expire(run) : syncJob(run))
  })
  const orphans = cluster.queue(async (key) => {
    const pod = pods.get(key)
    await jobs.synced
    if (pod !== undefined && isTracked(pod) && !isOwned(pod)) await releasePod(cluster, pod)
  })
  const isOwned = (pod: KubeObject) => {
    const owner = jobs.get(controllerKey(pod, 'Job') ?? '') as Job | undefined
    return owner !== undefined && isControlledBy(pod, owner) && !isFinishedJob(owner)
  }
  jobs.onChange((job, change) => {
    queue.add(keyOf(job))
    // The pods of a Job that is gone or done are held by nobody any more.
    if (change === 'deleted' || isFinishedJob(job as Job))
      for (const pod of pods.list(job.metadata.namespace))
        if (controllerOf(pod)?.uid === job.metadata.uid) orphans.add(keyOf(pod))
  })
  pods.onChange((pod) => {
    const key = controllerKey(pod, 'Job')
    if (key !== undefined) queue.add(key)
    if (isTracked(pod)) orphans.add(keyOf(pod))
  })
}

async function syncJob(run: Run): Promise<void> {
  const { cluster } = run
  await begin(run)
  const { job } = run
  const pods = cluster
    .informer(PATHS.pods)
    .list(job.metadata.namespace)
    .filter((pod) => isControlledBy(pod, job))
  const counts = await countFinished(run, pods)
  const verdict = jobVerdict(run.job, counts, cluster.now())
  let failure: unknown
  if (verdict === undefined) failure = await managePods(run, counts, pods)
  else
    await Promise.all(
      counts.active.map((pod) => deletePod(cluster, run.record, { owner: job, pod })),
    )
  await report(run, { verdict, counts })
  if (failure !== undefined) throw failure
  const deadline = deadlineInMs(run.job, cluster.now())
  if (verdict === undefined && deadline !== undefined) run.addAfter(deadline)
}

/** startTime, and the condition Suspended with its events. */
async function begin(run: Run): Promise<void> {
  const { job, cluster, record } = run
  const status: JobStatus = { ...job.status }
  const now = timestamp(cluster.now())
  const isSuspended = job.spec.suspend === true
  if (isSuspended !== hasCondition(job, 'Suspended')) {
    const text = isSuspended
      ? ({ status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const)
      : ({ status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const)
    const times = { lastProbeTime: now, lastTransitionTime: now }
    status.conditions = withCondition(status.conditions ?? [], {
      type: 'Suspended',
      ...text,
      ...times,
    })
    if (isSuspended) delete status.startTime
    const reason = isSuspended ? 'Suspended' : 'Resumed'
    record(job, { type: 'Normal', reason, message: text.message })
  }
  if (!isSuspended) status.startTime ??= now
  await writeStatus(run, status)
}

/**
 * Takes ended pods into the counts in three steps that can stop anywhere without losing or doubling one:
 * their uids into the status, their finalizers off, the uids turned into numbers.
 */
async function countFinished(run: Run, pods: readonly KubeObject[]): Promise<JobCounts> {
  const { cluster, job } = run
  const ended = pods.filter((pod) => isTracked(pod) && (isSucceededPod(pod) || isFailedPod(pod)))
  const uncounted = job.status?.uncountedTerminatedPods ?? {}
  const succeeded = union(uncounted.succeeded, ended.filter(isSucceededPod))
  const failed = union(
    uncounted.failed,
    ended.filter((pod) => !isSucceededPod(pod)),
  )
  if (succeeded.length + failed.length > 0) {
    await writeStatus(run, { ...job.status, uncountedTerminatedPods: { succeeded, failed } })
    await Promise.all(ended.map((pod) => releasePod(cluster, pod)))
    const status = run.job.status ?? {}
    await writeStatus(run, {
      ...status,
      succeeded: (status.succeeded ?? 0) + succeeded.length,
      failed: (status.failed ?? 0) + failed.length,
      uncountedTerminatedPods: {},
    })
  }
  return {
    succeeded: run.job.status?.succeeded ?? 0,
    failed: run.job.status?.failed ?? 0,
    active: pods.filter(isActivePod),
  }
}

function union(uids: readonly string[] = [], pods: readonly KubeObject[]): string[] {
  return [...new Set([...uids, ...pods.map(({ metadata }) => metadata.uid ?? '')])]
}

async function releasePod(cluster: Cluster, pod: KubeObject): Promise<void> {
  const { uid, resourceVersion, finalizers = [] } = pod.metadata
  const rest = finalizers.filter((finalizer) => finalizer !== TRACKING_FINALIZER)
  const body = { metadata: { uid, resourceVersion, finalizers: rest } }
  const path = objectPath(PATHS.pods, pod)
  try {
    const live = await cluster.client.patch(path, 'application/merge-patch+json', body)
    // The last finalizer of a deleted pod takes the pod with it.
    if (live.metadata.deletionTimestamp === undefined || rest.length > 0)
      cluster.informer(PATHS.pods).put(live)
  } catch (error) {
    if (!isApiError(error, 404)) throw error
  }
}

/** @returns Why pods could not be created. */
async function managePods(
  run: Run,
  counts: JobCounts,
  pods: readonly KubeObject[],
): Promise<unknown> {
  const { cluster, record, job } = run
  if (job.metadata.deletionTimestamp !== undefined) return undefined
  const wanted = wantedPods(job, counts)
  const missing = wanted - counts.active.length
  try {
    if (missing < 0) {
      const surplus = counts.active.toSorted(byDeletionRank).slice(0, -missing)
      await Promise.all(surplus.map((pod) => deletePod(cluster, record, { owner: job, pod })))
    } else if (missing > 0) {
      const wait = backoffMs(pods, cluster.now())
      if (wait > 0) run.addAfter(wait)
      else
        await createPods(cluster, record, { owner: job, count: missing, make: () => template(job) })
    }
    return undefined
  } catch (error) {
    return error
  }
}

function template({ spec }: Job) {
  const { metadata = {} } = spec.template
  const finalizers = [...(metadata.finalizers ?? []), TRACKING_FINALIZER]
  return { ...spec.template, metadata: { ...metadata, finalizers } }
}

/** The final condition waits until the last pod is gone; the one before it is written at once. */
async function report(
  run: Run,
  outcome: { readonly verdict: Condition | undefined; readonly counts: JobCounts },
): Promise<void> {
  const { cluster, job, record } = run
  const pods = cluster
    .informer(PATHS.pods)
    .list(job.metadata.namespace)
    .filter((pod) => isControlledBy(pod, job))
  const active = pods.filter(isActivePod)
  const terminating = pods.filter(isTerminatingPod).length
  const status: JobStatus = {
    ...job.status,
    active: active.length,
    ready: active.filter(isReadyPod).length,
    terminating,
  }
  const { verdict } = outcome
  const isFinal = verdict?.type === 'Complete' || verdict?.type === 'Failed'
  const isDue = !isFinal || (active.length === 0 && terminating === 0 && !pods.some(isUncounted))
  if (verdict !== undefined && isDue) {
    status.conditions = withCondition(status.conditions ?? [], verdict)
    if (verdict.type === 'Complete')
      status.completionTime = verdict.lastTransitionTime ?? timestamp(cluster.now())
  }
  await writeStatus(run, status)
  if (!isFinal || !isDue) return
  const { reason = '', message = '' } = verdict
  if (verdict.type === 'Failed') record(run.job, { type: 'Warning', reason, message })
  else record(run.job, { type: 'Normal', reason: 'Completed', message: 'Job completed' })
}

function isUncounted(pod: KubeObject): boolean {
  return isTracked(pod) && (isSucceededPod(pod) || isFailedPod(pod))
}

/** Removes a finished Job when its ttlSecondsAfterFinished are over. */
async function expire({ cluster, job, addAfter }: Run): Promise<void> {
  const { ttlSecondsAfterFinished } = job.spec
  if (ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp !== undefined) return
  const end = (job.status?.conditions ?? []).find(
    ({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True',
  )
  const from = Date.parse(end?.lastTransitionTime ?? '')
  const rest = from + ttlSecondsAfterFinished * 1000 - cluster.now()
  if (rest > 0) return addAfter(rest)
  const { uid } = job.metadata
  const options = { propagationPolicy: 'Foreground', preconditions: { uid } }
  await cluster.client.delete(objectPath(PATHS.jobs, job), options).catch(ignoreMissing)
}

function ignoreMissing(error: unknown): void {
  if (!isApiError(error, 404)) throw error
}

async function writeStatus(run: Run, status: JobStatus): Promise<void> {
  const { cluster, job } = run
  if (comparable(job.status) === comparable(status)) return
  const path = `${objectPath(PATHS.jobs, job)}/status`
  const live = await cluster.client.update(path, { ...job, status })
  run.job = cluster.informer(PATHS.jobs).put(live) as Job
}

/** A zero and an absent count are the same, as Go leaves zeros out; so are empty lists. */
function comparable(status: JobStatus = {}): string {
  const { uncountedTerminatedPods = {}, ...rest } = status
  const { succeeded = [], failed = [] } = uncountedTerminatedPods
  const entries = Object.entries(rest).filter(([, value]) => value !== 0)
  return JSON.stringify([entries.toSorted(([a], [b]) => (a < b ? -1 : 1)), succeeded, failed])
}
