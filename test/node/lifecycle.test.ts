import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerOf, shell, startNodeCluster, waitingReason } from './cluster.ts'
import type { NodeCluster } from './cluster.ts'

let cluster: NodeCluster
beforeAll(async () => {
  cluster = await startNodeCluster()
}, 90_000)
afterAll(() => cluster.close())

test('the node is registered, ready, and keeps its lease', async () => {
  const node = await cluster.client.get('/api/v1/nodes/test-node')
  expect(node.metadata.labels).toMatchObject({
    'kubernetes.io/os': 'linux',
    'kubernetes.io/hostname': 'test-node',
  })
  expect(node.status).toMatchObject({
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Ready', status: 'True', reason: 'KubeletReady' }),
    ]),
  })
  const lease = await cluster.client.get(
    '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/test-node',
  )
  expect(lease.spec).toMatchObject({ holderIdentity: 'test-node', leaseDurationSeconds: 40 })
})

test('a pod runs once, succeeds and says so', async () => {
  await cluster.createPod('once', { restartPolicy: 'Never', containers: [shell('echo hello')] })
  const pod = await cluster.until('once', 'Succeeded', ({ status }) => status.phase === 'Succeeded')
  expect(pod.status).toMatchObject({
    phase: 'Succeeded',
    hostIP: '127.0.0.1',
    podIP: expect.stringMatching(/^127\./),
    containerStatuses: [
      {
        name: 'c',
        ready: false,
        restartCount: 0,
        image: 'docker.io/test/sh:1',
        state: { terminated: { exitCode: 0, reason: 'Completed' } },
      },
    ],
  })
  expect(await cluster.logs('once')).toBe('hello\n')
  expect(await cluster.untilEvent('once', 'Normal Started')).toEqual([
    'Normal Pulled Container image "test/sh:1" already present on machine and can be accessed by the pod',
    'Normal Created Container created',
    'Normal Started Container started',
  ])
})

test('a pod that fails shows exit code and termination message', async () => {
  await cluster.createPod('fails', {
    restartPolicy: 'Never',
    containers: [shell('echo "why it failed" > /dev/termination-log; exit 21')],
  })
  const pod = await cluster.until('fails', 'Failed', ({ status }) => status.phase === 'Failed')
  expect(containerOf(pod)?.state.terminated).toMatchObject({
    exitCode: 21,
    reason: 'Error',
    message: 'why it failed\n',
  })
})

test('without a termination message the end of the log stands in, where the pod asks for it', async () => {
  await cluster.createPod('fallback', {
    restartPolicy: 'Never',
    containers: [
      shell('echo last words >&2; exit 1', { terminationMessagePolicy: 'FallbackToLogsOnError' }),
    ],
  })
  const pod = await cluster.until('fallback', 'Failed', ({ status }) => status.phase === 'Failed')
  expect(containerOf(pod)?.state.terminated?.message).toBe('last words\n')
})

test('a crashing container is restarted, then held back in the words of the kubelet', async () => {
  const { metadata } = await cluster.createPod('crash', {
    containers: [shell('echo boom; exit 3')],
  })
  const pod = await cluster.until(
    'crash',
    'CrashLoopBackOff',
    (pod) =>
      waitingReason(pod) === 'CrashLoopBackOff' && (containerOf(pod)?.restartCount ?? 0) >= 2,
  )
  expect(pod.status.phase).toBe('Running')
  expect(containerOf(pod)?.state.waiting?.message).toMatch(
    new RegExp(
      `^back-off \\d+m?s restarting failed container=c pod=crash_${cluster.namespace}\\(${metadata.uid}\\)$`,
    ),
  )
  expect(containerOf(pod)?.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' })
  await cluster.untilEvent(
    'crash',
    `Warning BackOff Back-off restarting failed container c in pod crash_${cluster.namespace}(${metadata.uid})`,
  )
  expect(await cluster.logs('crash', 'previous=true')).toBe('boom\n')
})

test('OnFailure starts again until it ends well', async () => {
  await cluster.createPod('retry', {
    restartPolicy: 'OnFailure',
    containers: [
      shell('[ -e /data/tried ] && exit 0; touch /data/tried; exit 1', {
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      }),
    ],
    volumes: [{ name: 'data', emptyDir: {} }],
  })
  const pod = await cluster.until(
    'retry',
    'Succeeded',
    ({ status }) => status.phase === 'Succeeded',
  )
  expect(containerOf(pod)?.restartCount).toBe(1)
  expect(containerOf(pod)?.lastState.terminated?.exitCode).toBe(1)
})

test('init containers run in order before the others', async () => {
  const volumeMounts = [{ name: 'data', mountPath: '/data' }]
  await cluster.createPod('init', {
    restartPolicy: 'Never',
    initContainers: [
      { ...shell('echo one >> /data/log', { volumeMounts }), name: 'first' },
      { ...shell('echo two >> /data/log', { volumeMounts }), name: 'second' },
    ],
    containers: [shell('cat /data/log', { volumeMounts })],
    volumes: [{ name: 'data', emptyDir: {} }],
  })
  const pod = await cluster.until('init', 'Succeeded', ({ status }) => status.phase === 'Succeeded')
  expect(await cluster.logs('init', 'container=c')).toBe('one\ntwo\n')
  expect(pod.status.initContainerStatuses?.map(({ ready }) => ready)).toEqual([true, true])
})

test('a failing init container keeps the others from starting', async () => {
  await cluster.createPod('init-fails', {
    initContainers: [{ ...shell('exit 4'), name: 'first' }],
    containers: [shell('echo never')],
  })
  const pod = await cluster.until(
    'init-fails',
    'Init:CrashLoopBackOff',
    ({ status }) => status.initContainerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff',
  )
  expect(pod.status.phase).toBe('Pending')
  expect(waitingReason(pod)).toBe('PodInitializing')
})

test('a deleted pod gets SIGTERM, ends within its grace, and is gone', async () => {
  await cluster.createPod('deleted', {
    terminationGracePeriodSeconds: 10,
    containers: [shell('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done')],
  })
  await cluster.until('deleted', 'running', (pod) => containerOf(pod)?.ready === true)
  const before = Date.now()
  await cluster.client.delete(`/api/v1/namespaces/${cluster.namespace}/pods/deleted`)
  await cluster.untilGone('deleted')
  expect(Date.now() - before).toBeLessThan(8_000)
  await cluster.untilEvent('deleted', 'Normal Killing Stopping container c')
})

test('a pod that ignores SIGTERM is killed after its grace', async () => {
  await cluster.createPod('stubborn', {
    containers: [shell('trap "" TERM; while :; do sleep 0.05; done')],
  })
  await cluster.until('stubborn', 'running', (pod) => containerOf(pod)?.ready === true)
  await cluster.client.delete(`/api/v1/namespaces/${cluster.namespace}/pods/stubborn`)
  await cluster.untilGone('stubborn')
})

test('a pod past its active deadline fails', async () => {
  await cluster.createPod('late', {
    activeDeadlineSeconds: 1,
    containers: [shell('trap "exit 0" TERM; while :; do sleep 0.05; done')],
  })
  const pod = await cluster.until(
    'late',
    'ended by its deadline',
    (pod) => containerOf(pod)?.state.terminated !== undefined,
  )
  expect(pod.status).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  })
})

test('what the node cannot do is refused before anything runs', async () => {
  await cluster.createPod('sidecar', {
    initContainers: [{ ...shell('sleep 60'), name: 'side', restartPolicy: 'Always' }],
    containers: [shell('echo never')],
  })
  const pod = await cluster.until('sidecar', 'Failed', ({ status }) => status.phase === 'Failed')
  expect(pod.status.reason).toBe('UnexpectedAdmissionError')
  expect(pod.status.message).toBe(
    'Pod was rejected: this node runs containers as plain processes and cannot do: init container side: restartPolicy Always (sidecars)',
  )
})
