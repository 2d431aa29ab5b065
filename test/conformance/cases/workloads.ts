import { create, get, inNamespace, MERGE, patch, update } from '../case.ts'
import type { Case, Step } from '../case.ts'
import { CONTAINER, deployment, job, template } from './fixtures.ts'

const DEPLOYMENTS = inNamespace('deployments', 'apps/v1')
const JOBS = inNamespace('jobs', 'batch/v1')
const CRON_JOBS = inNamespace('cronjobs', 'batch/v1')

function refused(spec: object): Step {
  return create(`${DEPLOYMENTS}?dryRun=All`, deployment('x', spec))
}

function scheduled(spec: object): Step {
  const template = { spec: { restartPolicy: 'Never', containers: [CONTAINER] } }
  return create(`${CRON_JOBS}?dryRun=All`, {
    metadata: { name: 'x' },
    spec: { ...spec, jobTemplate: { spec: { template } } },
  })
}

export const WORKLOAD_CASES: readonly Case[] = [
  {
    name: 'deployment: defaults',
    bare: true,
    steps: [create(DEPLOYMENTS, deployment('x')), get(`${DEPLOYMENTS}/x`)],
  },
  {
    name: 'deployment: selector and template must fit',
    steps: [
      refused({ selector: undefined }),
      refused({ selector: {} }),
      refused({ selector: { matchLabels: { app: 'other' } } }),
      refused({ selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }),
      refused({
        selector: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['x'] }] },
      }),
      refused({ template: template({ app: 'x' }, { restartPolicy: 'Never' }) }),
      refused({ template: template({ app: 'x' }, { activeDeadlineSeconds: 5 }) }),
      refused({ template: { metadata: { labels: { app: 'x' } } } }),
      refused({ template: undefined }),
      create(`${DEPLOYMENTS}?dryRun=All`, { metadata: { name: 'x' } }),
    ],
  },
  {
    name: 'deployment: numbers and strategy',
    steps: [
      refused({ replicas: -1 }),
      refused({ minReadySeconds: -1 }),
      refused({ progressDeadlineSeconds: 5, minReadySeconds: 10 }),
      refused({ strategy: { type: 'Blue' } }),
      refused({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
      refused({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      refused({ strategy: { rollingUpdate: { maxSurge: 'half' } } }),
      refused({ strategy: { type: 'Recreate' }, replicas: 0 }),
    ],
  },
  {
    name: 'deployment: the selector is fixed, generation counts spec changes only',
    bare: true,
    steps: [
      create(DEPLOYMENTS, deployment('x'), { silent: true }),
      patch(MERGE, `${DEPLOYMENTS}/x`, {
        spec: {
          selector: { matchLabels: { app: 'y' } },
          template: { metadata: { labels: { app: 'y' } } },
        },
      }),
      patch(MERGE, `${DEPLOYMENTS}/x`, { metadata: { labels: { a: 'b' } } }),
      patch(MERGE, `${DEPLOYMENTS}/x`, { spec: { replicas: 3 } }),
      patch(MERGE, `${DEPLOYMENTS}/x`, { spec: { replicas: 3 } }),
      patch(MERGE, `${DEPLOYMENTS}/x`, { status: { replicas: 7 } }),
    ],
  },
  {
    name: 'replica set: defaults and fixed selector',
    bare: true,
    steps: [
      create(inNamespace('replicasets', 'apps/v1'), { ...deployment('x'), kind: 'ReplicaSet' }),
      patch(MERGE, `${inNamespace('replicasets', 'apps/v1')}/x`, {
        spec: { selector: { matchLabels: { app: 'y' } } },
      }),
    ],
  },
  { name: 'job: defaults, selector and labels', bare: true, steps: [create(JOBS, job('x'))] },
  {
    name: 'job: what it needs',
    steps: [
      create(`${JOBS}?dryRun=All`, job('x', { template: { spec: { containers: [CONTAINER] } } })),
      create(
        `${JOBS}?dryRun=All`,
        job('x', { template: { spec: { restartPolicy: 'Always', containers: [CONTAINER] } } }),
      ),
      create(
        `${JOBS}?dryRun=All`,
        job('x', { backoffLimit: -1, parallelism: -2, completions: -3 }),
      ),
      create(`${JOBS}?dryRun=All`, job('x', { parallelism: 3 }), {
        only: ['spec.parallelism', 'spec.completions'],
      }),
      create(`${JOBS}?dryRun=All`, job('x', { selector: { matchLabels: { a: 'b' } } })),
    ],
  },
  {
    name: 'job: template and completions are fixed',
    bare: true,
    steps: [
      create(JOBS, job('x'), { silent: true }),
      patch(MERGE, `${JOBS}/x`, { spec: { completions: 3 } }),
      patch(MERGE, `${JOBS}/x`, {
        spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } },
      }),
      patch(MERGE, `${JOBS}/x`, { spec: { parallelism: 2, backoffLimit: 1 } }),
    ],
  },
  {
    name: 'cron job: defaults and schedule',
    bare: true,
    steps: [
      create(CRON_JOBS, {
        metadata: { name: 'x' },
        spec: {
          schedule: '* * * * *',
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } } },
          },
        },
      }),
      create(CRON_JOBS, {
        metadata: { name: 'y' },
        spec: {
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } } },
          },
        },
      }),
    ],
  },
  {
    name: "job: choices and labels that are the server's own",
    bare: true,
    steps: [
      { completionMode: 'Nope' },
      { podReplacementPolicy: 'Nope' },
      { manualSelector: true },
      { template: template({ 'job-name': 'other' }, { restartPolicy: 'Never' }) },
      { backoffLimit: 2147483648 },
    ].map((spec) => create(JOBS, job('x', spec), { only: ['message', 'details.causes.0.field'] })),
  },
  {
    name: 'cron job: limits, and the selector of its jobs',
    steps: [
      { startingDeadlineSeconds: -1, successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 },
      { jobTemplate: job('x', { selector: { matchLabels: { a: 'b' } } }) },
      { jobTemplate: job('x', { manualSelector: true }) },
    ].map((spec) =>
      create(
        inNamespace('cronjobs', 'batch/v1'),
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'c' },
          spec: { schedule: '* * * * *', jobTemplate: job('x'), ...spec },
        },
        { only: ['message', 'details'] },
      ),
    ),
  },
  {
    name: 'cron job: what is no schedule, and no time zone',
    bare: true,
    steps: [
      ...[
        '* * * *',
        '60 * * * *',
        '* * 0 * *',
        '0 0 * * 7',
        '*/0 * * * *',
        '5-1 * * * *',
        '1-2-3 * * * *',
        '1/2/3 * * * *',
        'x * * * *',
        '-1 * * * *',
        ', * * * *',
        '@often',
        '@every day',
        '@every 1h30m',
        '@daily ',
        ' 0 9 * * mon-FRI',
        'TZ=UTC 0 0 * * *',
        'CRON_TZ=UTC 0 0 * *',
      ].map((schedule) => scheduled({ schedule })),
      ...['', 'Local', 'Europe/Berlin', 'europe/berlin', 'Nowhere/Land', 'a b', '+01:00'].map(
        (timeZone) => scheduled({ schedule: '0 0 * * *', timeZone }),
      ),
    ],
  },
  {
    name: 'deployment: a whole object can be replaced',
    bare: true,
    steps: [
      create(DEPLOYMENTS, deployment('x', { replicas: 5 }), { silent: true }),
      update(`${DEPLOYMENTS}/x`, deployment('x')),
    ],
  },
]
