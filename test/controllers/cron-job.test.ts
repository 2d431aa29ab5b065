import { afterAll, beforeAll, expect, test } from 'vitest'
import { at, listAt } from '../../local/kubernetes/object.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { job } from './workloads.ts'

let cluster: TestCluster
/** The controllers' clock: it starts an hour ahead, so that a schedule of every hour is due at once. */
let ahead = 3_600_000
beforeAll(async () => {
  cluster = await startCluster({ node: true, now: () => Date.now() + ahead })
})
afterAll(() => cluster.close())

async function create(spec: object, ends?: string) {
  const namespace = await cluster.namespace()
  const batch = `/apis/batch/v1/namespaces/${namespace}`
  const jobTemplate = { spec: at(job('x', {}, ends === undefined ? {} : { ends }), 'spec') }
  await cluster.client.create(`${batch}/cronjobs`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: { schedule: '0 * * * *', jobTemplate, ...spec },
  })
  return { namespace, tick: `${batch}/cronjobs/tick`, jobs: `${batch}/jobs` }
}

test('a CronJob starts its Job when it is due, once, and notes how it ended', async () => {
  const { namespace, tick, jobs } = await create({}, 'Succeeded')
  const live = await cluster.until(
    tick,
    (object) => at(object, 'status', 'lastSuccessfulTime') !== undefined,
  )
  const due = Date.parse(String(at(live, 'status', 'lastScheduleTime')))
  const name = `tick-${due / 60_000}`
  expect(due % 3_600_000).toBe(0)
  const { items } = await cluster.client.list(jobs)
  expect(items.map(({ metadata }) => metadata.name)).toEqual([name])
  const events = await cluster.events(namespace)
  expect(events).toContain(`Normal SuccessfulCreate Created job ${name}`)
  expect(events).toContain(`Normal SawCompletedJob Saw completed job: ${name}, condition: Complete`)
})

test('a suspended CronJob starts nothing', async () => {
  const { jobs } = await create({ suspend: true })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await cluster.client.list(jobs)).items).toEqual([])
})

test('with concurrencyPolicy Forbid the next one waits for the last, with Replace it takes its place', async () => {
  const forbidding = await create({ concurrencyPolicy: 'Forbid' })
  const replacing = await create({ concurrencyPolicy: 'Replace' })
  for (const { tick } of [forbidding, replacing])
    await cluster.until(tick, (object) => listAt(object, 'status', 'active').length === 1)
  ahead += 3_600_000
  for (const { tick } of [forbidding, replacing])
    await cluster.client.patch(tick, 'application/merge-patch+json', {
      metadata: { labels: { look: 'again' } },
    })
  await expect
    .poll(() => cluster.events(replacing.namespace), { timeout: 5000 })
    .toContainEqual(expect.stringMatching(/^Normal SuccessfulDelete Deleted job tick-/))
  await expect
    .poll(() => cluster.events(forbidding.namespace), { timeout: 5000 })
    .toContain(
      'Normal JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid',
    )
  expect((await cluster.client.list(forbidding.jobs)).items).toHaveLength(1)
})

test("another's Job of the same name is left alone", async () => {
  const namespace = await cluster.namespace()
  const batch = `/apis/batch/v1/namespaces/${namespace}`
  const hour = Math.floor((Date.now() + ahead) / 3_600_000)
  // The next hour may begin while this runs
  for (const due of [hour, hour + 1])
    await cluster.client.create(`${batch}/jobs`, job(`tick-${due * 60}`))
  const jobTemplate = { spec: at(job('x'), 'spec') }
  await cluster.client.create(`${batch}/cronjobs`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: { schedule: '0 * * * *', concurrencyPolicy: 'Replace', jobTemplate },
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const live = await cluster.client.get(`${batch}/cronjobs/tick`)
  expect(listAt(live, 'status', 'active')).toEqual([])
  expect(await cluster.events(namespace)).not.toContainEqual(expect.stringMatching(/MissingJob/))
})
