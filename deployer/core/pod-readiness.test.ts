import { expect, test } from 'vitest'
import type { Fields, KubeObject } from './object.ts'
import { logSource, terminationMessage } from './pod-containers.ts'
import { podReadiness } from './pod-readiness.ts'

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
    when: 'it has ended badly once and is started again',
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'w', restartCount: 0, state: { terminated: { exitCode: 1 } } }],
    },
    spec: SERVER,
    readiness: 'in-progress',
  },
  {
    when: 'it has ended badly twice',
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'w',
          restartCount: 1,
          state: { terminated: { exitCode: 1 } },
          lastState: { terminated: { exitCode: 1 } },
        },
      ],
    },
    spec: SERVER,
    readiness: 'failed',
    cause: 'crash-loop',
    graceMs: 0,
  },
  {
    when: 'one of its containers has ended for good and another runs',
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'w', state: { terminated: { exitCode: 1 } } }],
    },
    readiness: 'failed',
    cause: 'container-ended',
    graceMs: 0,
  },
  {
    when: 'an init container has ended badly for good',
    status: {
      phase: 'Failed',
      initContainerStatuses: [{ name: 'i', state: { terminated: { exitCode: 3 } } }],
    },
    readiness: 'failed',
    cause: 'init-container',
    graceMs: 0,
  },
  {
    when: 'an init container crashes again and again',
    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'i', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    },
    spec: SERVER,
    readiness: 'failed',
    cause: 'init-container',
    graceMs: 0,
  },
  {
    when: 'its image may not be pulled at all',
    status: waiting('ErrImageNeverPull'),
    readiness: 'failed',
    cause: 'image-pull',
    graceMs: 0,
  },
  {
    when: 'the runtime was too slow to start it',
    status: waiting('CreateContainerError', 'context deadline exceeded'),
    readiness: 'failed',
    cause: 'container-start',
    graceMs: 30_000,
  },
  {
    when: 'it was evicted',
    status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    readiness: 'failed',
    cause: 'pod-failed',
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
])('a pod is $readiness when $when', ({ status, spec, readiness, cause, graceMs }) => {
  const result = podReadiness(pod(status, spec))
  expect(result.status).toBe(readiness)
  if (result.status === 'failed') expect(result.graceMs).toBe(graceMs)
  if (cause !== undefined) expect(result).toMatchObject({ cause })
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

test('a config map that this deploy brings is given time', () => {
  const missing = pod(waiting('CreateContainerConfigError', 'configmap "late" not found'))
  expect(podReadiness(missing, () => true)).toMatchObject({
    cause: 'container-config',
    graceMs: 30_000,
  })
})

test('a signal is named', () => {
  const terminated = { exitCode: 143 }
  const failed = pod({ phase: 'Failed', containerStatuses: [{ name: 'w', state: { terminated } }] })
  expect(podReadiness(failed)).toMatchObject({ reason: 'container w: exit code 143 (signal 15)' })
})

const LABELLED = { 'azure.workload.identity/use': 'true' }
const TOKEN = {
  projected: { sources: [{ serviceAccountToken: { audience: 'api://AzureADTokenExchange' } }] },
}

test.for([
  {
    when: 'it asks for an identity and has no token',
    labels: LABELLED,
    volumes: [],
    cause: 'identity',
  },
  { when: 'the token was injected', labels: LABELLED, volumes: [TOKEN], cause: undefined },
  { when: 'it does not ask', labels: {}, volumes: [], cause: undefined },
])('the cause is $cause when $when', ({ labels, volumes, cause }) => {
  const spec = { restartPolicy: 'Never', containers: [{ name: 'w' }], volumes }
  const metadata = { name: 'p', namespace: 'n', labels }
  const result = podReadiness({ ...pod({ phase: 'Running' }, spec), metadata })
  expect(result.status === 'failed' ? result.cause : undefined).toBe(cause)
})

test.for([
  {
    when: 'it waits to be started again',
    status: { state: { waiting: {} }, lastState: { terminated: { exitCode: 1 } }, restartCount: 1 },
    previous: false,
  },
  {
    when: 'it runs again after a bad end',
    status: { state: { running: {} }, lastState: { terminated: { exitCode: 1 } }, restartCount: 1 },
    previous: true,
  },
])('previous=$previous is the log to read when $when', ({ status, previous }) => {
  const crashed = pod({
    containerStatuses: [
      { name: 'ok', state: { running: {} } },
      { name: 'w', ...status },
    ],
  })
  expect(logSource(crashed)).toEqual({ container: 'w', previous })
})

test('a container that never ran has no log', () => {
  expect(logSource(pod(waiting('ErrImagePull')))).toBeUndefined()
})
