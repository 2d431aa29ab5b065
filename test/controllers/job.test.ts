import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../../local/kubernetes/controllers/job-pods.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { job } from './workloads.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster({ node: true })
})
afterAll(() => cluster.close())

async function submit(body: object): Promise<{ namespace: string; path: string }> {
  const namespace = await cluster.namespace()
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`
  const { metadata } = await cluster.client.create(jobs, body)
  return { namespace, path: `${jobs}/${metadata.name}` }
}

function conditions({ status }: Job): string[] {
  return (status?.conditions ?? [])
    .filter((condition) => condition.status === 'True')
    .map(({ type, reason, message }) => [type, reason, message].join(' '))
}

async function ended(path: string): Promise<Job> {
  return await cluster.until<Job>(path, (live) =>
    conditions(live).some((text) => /^(Complete|Failed) /.test(text)),
  )
}

test('a Job runs its completions, some at a time, and completes', async () => {
  const body = job('work', { completions: 3, parallelism: 2 }, { ends: 'Succeeded' })
  const { namespace, path } = await submit(body)
  const live = await ended(path)
  expect(conditions(live)).toEqual([
    'SuccessCriteriaMet CompletionsReached Reached expected number of succeeded pods',
    'Complete CompletionsReached Reached expected number of succeeded pods',
  ])
  expect(live.status).toMatchObject({ succeeded: 3, ready: 0, terminating: 0 })
  expect(live.status?.completionTime).toBeDefined()
  const pods = await cluster.client.list(`/api/v1/namespaces/${namespace}/pods`)
  expect(pods.items).toHaveLength(3)
  expect(pods.items.map(({ metadata }) => metadata.finalizers)).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(await cluster.events(namespace)).toContain('Normal Completed Job completed')
})

test('a Job fails when a pod fails beyond its backoff limit', async () => {
  const { namespace, path } = await submit(job('work', { backoffLimit: 0 }, { ends: 'Failed' }))
  const live = await ended(path)
  expect(conditions(live)).toEqual([
    'FailureTarget BackoffLimitExceeded Job has reached the specified backoff limit',
    'Failed BackoffLimitExceeded Job has reached the specified backoff limit',
  ])
  expect(live.status).toMatchObject({ failed: 1 })
  expect(await cluster.events(namespace)).toContain(
    'Warning BackoffLimitExceeded Job has reached the specified backoff limit',
  )
})

test('a failed pod is not replaced before ten seconds have passed', async () => {
  const { namespace, path } = await submit(job('work', { backoffLimit: 3 }, { ends: 'Failed' }))
  await cluster.until<Job>(path, ({ status }) => status?.failed === 1)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const pods = await cluster.client.list(`/api/v1/namespaces/${namespace}/pods`)
  expect(pods.items).toHaveLength(1)
})

test('a Job that takes too long is stopped', async () => {
  const { path } = await submit(job('work', { activeDeadlineSeconds: 1 }))
  const live = await ended(path)
  expect(conditions(live)).toEqual([
    'FailureTarget DeadlineExceeded Job was active longer than specified deadline',
    'Failed DeadlineExceeded Job was active longer than specified deadline',
  ])
  expect(live.status).toMatchObject({ failed: 1 })
})

test('a suspended Job has no pods until it is resumed', async () => {
  const { namespace, path } = await submit(job('work', { suspend: true }, { ends: 'Succeeded' }))
  const held = await cluster.until<Job>(path, (live) => conditions(live).length > 0)
  expect(conditions(held)).toEqual(['Suspended JobSuspended Job suspended'])
  expect(held.status?.startTime).toBeUndefined()
  const resume = { spec: { suspend: false } }
  await cluster.client.patch(path, 'application/merge-patch+json', resume)
  await ended(path)
  const events = await cluster.events(namespace)
  expect(events).toContain('Normal Suspended Job suspended')
  expect(events).toContain('Normal Resumed Job resumed')
})

test('a finished Job goes with its pods when its time to live is over', async () => {
  const { namespace, path } = await submit(
    job('work', { ttlSecondsAfterFinished: 0 }, { ends: 'Succeeded' }),
  )
  await cluster.untilGone(path)
  const pods = await cluster.client.list(`/api/v1/namespaces/${namespace}/pods`)
  expect(pods.items).toEqual([])
})

test('deleting a Job lets go of the pods it tracks', async () => {
  const { namespace, path } = await submit(job('work'))
  await cluster.until<Job>(path, ({ status }) => status?.active === 1)
  await cluster.client.delete(path, { propagationPolicy: 'Foreground' })
  await cluster.untilGone(path)
  const pods = await cluster.client.list(`/api/v1/namespaces/${namespace}/pods`)
  expect(pods.items).toEqual([])
})
