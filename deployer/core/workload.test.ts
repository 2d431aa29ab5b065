// Four whole files, so that each can be read and applied alone; this table is all in which their pods may differ.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { differences } from './differences.ts'
import { podTemplatePath } from './inputs.ts'
import { objectOf, parseManifests } from './manifests.ts'
import { at } from './object.ts'
import type { KubeObject } from './object.ts'

function read(file: string): KubeObject {
  const text = readFileSync(join('manifests', file), 'utf8')
  const [manifest] = parseManifests([{ name: file, text }])
  if (!manifest) throw new Error(`${file} holds no object`)
  return objectOf(manifest)
}

function template(object: KubeObject): unknown {
  return at(object, ...(podTemplatePath(object) ?? []))
}

const pod = read('40-pod.yaml')

test.for([
  { file: 'workloads/job/40-job.yaml', paths: [] },
  { file: 'workloads/cron-job/40-cron-job.yaml', paths: [] },
  {
    file: 'workloads/deployment/40-deployment.yaml',
    paths: [
      '.restartPolicy',
      '.containers[worker].env[WORKER_MODE]',
      '.containers[worker].env[WRITE_INTERVAL_SECONDS]',
      '.containers[worker].env[HEALTH_HOST]',
      '.containers[worker].env[HEALTH_PORT]',
      '.containers[worker].ports',
      '.containers[worker].readinessProbe',
      '.containers[worker].livenessProbe',
      '.topologySpreadConstraints',
    ],
  },
])('the pod spec of $file differs from 40-pod.yaml in $paths.length places', ({ file, paths }) => {
  const found = differences(at(pod, 'spec'), at(template(read(file)), 'spec'))
  expect(found.map(({ path }) => path).toSorted()).toEqual(paths.toSorted())
})

test.for(['job/40-job.yaml', 'cron-job/40-cron-job.yaml', 'deployment/40-deployment.yaml'])(
  'the webhook’s label stands on the pod template of %s and not on the object',
  (file) => {
    const object = read(join('workloads', file))
    const USE = 'azure.workload.identity/use'
    expect(at(template(object), 'metadata', 'labels', USE)).toBe('true')
    expect(at(template(object), 'spec', 'serviceAccountName')).toBe('worker')
    expect(object.metadata.labels?.[USE]).toBeUndefined()
    expect(object.metadata).toMatchObject({ name: 'demo', namespace: 'keyless-cosmos' })
  },
)

test('the budget and the network policy select the pods of the Deployment', () => {
  const deployment = read('workloads/deployment/40-deployment.yaml')
  const selector = at(deployment, 'spec', 'selector')
  const budget = read('workloads/deployment/50-pod-disruption-budget.yaml')
  expect(at(budget, 'spec', 'selector')).toEqual(selector)
  expect(at(read('30-network-policy.yaml'), 'spec', 'podSelector')).toEqual(selector)
  const labels = at(template(deployment), 'metadata', 'labels')
  expect(labels).toMatchObject(at(selector, 'matchLabels') as object)
})
