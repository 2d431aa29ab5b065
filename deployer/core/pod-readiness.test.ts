import { expect, test } from 'vitest'
import type { Fields, KubeObject } from './object.ts'
import { podReadiness, terminationMessage } from './pod-readiness.ts'

function pod(
  status: Fields,
  spec: Fields = { restartPolicy: 'Never', containers: [{ name: 'w' }] },
): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' }, spec, status }
}

function waiting(reason: string, message = ''): Fields {
  return {
    phase: 'Pending',
    containerStatuses: [{ name: 'w', state: { waiting: { reason, message } } }],
  }
}

const SERVER = { restartPolicy: 'Always', containers: [{ name: 'w' }] }
const PROBED = { restartPolicy: 'Never', containers: [{ name: 'w', readinessProbe: {} }] }
const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

test.for([
  { when: 'it has succeeded', status: { phase: 'Succeeded' }, readiness: 'current' },
  { when: 'it is a server and reports Ready', status: READY, spec: SERVER, readiness: 'current' },
  {
    when: 'it has a readiness probe and reports Ready',
    status: READY,
    spec: PROBED,
    readiness: 'current',
  },
  { when: 'it runs to completion and has only started', status: READY, readiness: 'in-progress' },
  {
    when: 'it is a server and not ready yet',
    status: { phase: 'Running' },
    spec: SERVER,
    readiness: 'in-progress',
  },
  {
    when: 'its volumes are being made',
    status: waiting('ContainerCreating'),
    readiness: 'in-progress',
  },
  { when: 'it was only just accepted', status: {}, readiness: 'in-progress' },
  {
    when: 'the kubelet races with its own cache',
    status: waiting('CreateContainerConfigError', 'failed to sync configmap cache: timed out'),
    readiness: 'in-progress',
  },
  { when: 'its phase is Failed', status: { phase: 'Failed' }, readiness: 'failed', graceMs: 0 },
  {
    when: 'its image does not exist',
    status: waiting('ErrImagePull', 'manifest unknown: not found'),
    readiness: 'failed',
    graceMs: 0,
  },
  {
    when: 'the registry is out of reach',
    status: waiting('ImagePullBackOff', 'i/o timeout'),
    readiness: 'failed',
    graceMs: 60_000,
  },
  {
    when: 'its image name is wrong',
    status: waiting('InvalidImageName'),
    readiness: 'failed',
    graceMs: 0,
  },
  {
    when: 'a config map is missing',
    status: waiting('CreateContainerConfigError', 'configmap "worker" not found'),
    readiness: 'failed',
    graceMs: 0,
  },
  {
    when: 'no node fits',
    status: {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' },
      ],
    },
    readiness: 'failed',
    graceMs: 15_000,
  },
  {
    when: 'it crashes again and again',
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'w',
          restartCount: 2,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 21 } },
        },
      ],
    },
    spec: SERVER,
    readiness: 'failed',
    graceMs: 0,
  },
  {
    when: 'an init container cannot start',
    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'i', state: { waiting: { reason: 'RunContainerError' } } }],
    },
    readiness: 'failed',
    graceMs: 0,
  },
])('a pod is $readiness when $when', ({ status, spec, readiness, graceMs }) => {
  const result = podReadiness(pod(status, spec))
  expect(result.status).toBe(readiness)
  if (result.status === 'failed') expect(result.graceMs).toBe(graceMs)
})

test('a failed pod names container and exit code, and gives its own verdict', () => {
  const terminated = { exitCode: 32, message: 'Cosmos DB refused: 403/5301\n' }
  const failed = pod({ phase: 'Failed', containerStatuses: [{ name: 'w', state: { terminated } }] })
  expect(podReadiness(failed)).toMatchObject({ reason: 'container w: exit code 32' })
  expect(terminationMessage(failed)).toBe('Cosmos DB refused: 403/5301')
})

test('a pod that ran out of memory says so', () => {
  const terminated = { exitCode: 137, reason: 'OOMKilled' }
  const failed = pod({ phase: 'Failed', containerStatuses: [{ name: 'w', state: { terminated } }] })
  expect(podReadiness(failed)).toMatchObject({ reason: expect.stringContaining('OOMKilled') })
})
