import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { at } from './object.ts'
import type { KubeObject } from './object.ts'
import { parseEnvironment } from './parse-environment.ts'
import { renderWorkload } from './render-workload.ts'

test.for([
  {
    file: 'job/40-job.yaml',
    kind: 'Job',
    path: ['spec', 'activeDeadlineSeconds'],
    as: 600,
  },
  {
    file: 'cron-job/40-cron-job.yaml',
    kind: 'CronJob',
    path: ['spec', 'jobTemplate', 'spec', 'activeDeadlineSeconds'],
    as: 600,
  },
  {
    file: 'deployment/40-deployment.yaml',
    kind: 'Deployment',
    path: ['spec', 'progressDeadlineSeconds'],
    as: 300,
  },
])('a $kind never ends a worker before its own deadline', ({ file, kind, path, as }) => {
  const bound = (deadlineSeconds?: number) => {
    const template = readFileSync('manifests/environments/local.yaml', 'utf8')
    const environment = parseDocument(template)
    environment.set('workload', { kind })
    if (deadlineSeconds !== undefined) environment.set('deadlineSeconds', deadlineSeconds)
    const text = environment.toString()
    const workload = parseDocument(readFileSync(join('manifests', 'workloads', file), 'utf8'))
    renderWorkload(workload, parseEnvironment({ name: 'local.yaml', text }, 'local'), {
      hasTrustRoot: false,
    })
    return at(workload.toJS() as KubeObject, ...path)
  }
  expect(bound()).toBe(as)
  expect(bound(60)).toBe(as)
  expect(bound(3600)).toBe(3720)
})
