import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerOf, shell, startNodeCluster, waitingReason } from './cluster.ts'
import type { NodeCluster } from './cluster.ts'

let cluster: NodeCluster
beforeAll(async () => {
  cluster = await startNodeCluster()
}, 90_000)
afterAll(() => cluster.close())

const PULL_ERROR =
  'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/test/nope:1": failed to resolve image: docker.io/test/nope:1: not found'

test('an unknown image: ErrImagePull, then ImagePullBackOff', async () => {
  await cluster.createPod('no-image', { containers: [{ name: 'c', image: 'test/nope:1' }] })
  const first = await cluster.until(
    'no-image',
    'ErrImagePull',
    (pod) => waitingReason(pod) === 'ErrImagePull',
  )
  expect(containerOf(first)?.state.waiting?.message).toBe(PULL_ERROR)
  expect(first.status.phase).toBe('Pending')
  // the second, once the back-off has begun; a table beside the code has each
  expect(await cluster.logs('no-image')).toMatch(
    /^container "c" in pod "no-image" is waiting to start: (image can't be pulled|trying and failing to pull image)$/,
  )
  const later = await cluster.until(
    'no-image',
    'ImagePullBackOff',
    (pod) => waitingReason(pod) === 'ImagePullBackOff',
  )
  expect(containerOf(later)?.state.waiting?.message).toBe(
    `Back-off pulling image "test/nope:1": ErrImagePull: ${PULL_ERROR}`,
  )
  const events = await cluster.untilEvent('no-image', 'Warning Failed Error: ImagePullBackOff')
  const plain = events.map((event) => event.replace(/ ×\d+$/, ''))
  expect(plain.slice(0, 5)).toEqual([
    'Normal Pulling Pulling image "test/nope:1"',
    `Warning Failed Failed to pull image "test/nope:1": ${PULL_ERROR}`,
    'Warning Failed Error: ErrImagePull',
    'Normal BackOff Back-off pulling image "test/nope:1"',
    'Warning Failed Error: ImagePullBackOff',
  ])
})

test('an image with pull policy Never that is not there', async () => {
  const container = { name: 'c', image: 'test/nope:1', imagePullPolicy: 'Never' }
  await cluster.createPod('never', { containers: [container] })
  const pod = await cluster.until(
    'never',
    'refused',
    (pod) => waitingReason(pod) === 'ErrImageNeverPull',
  )
  const message = 'Container image "test/nope:1" is not present with pull policy of Never'
  expect(containerOf(pod)?.state.waiting?.message).toBe(message)
  await cluster.untilEvent('never', `Warning ErrImageNeverPull ${message}`)
})

test('an image name that is none', async () => {
  await cluster.createPod('bad-name', { containers: [{ name: 'c', image: 'Test/Nope' }] })
  const pod = await cluster.until(
    'bad-name',
    'refused',
    (pod) => waitingReason(pod) === 'InvalidImageName',
  )
  expect(containerOf(pod)?.state.waiting?.message).toBe(
    'Failed to apply default image tag "Test/Nope": couldn\'t parse image name "Test/Nope": invalid reference format: repository name (Nope) must be lowercase',
  )
})

test('a config map that is missing in the environment, until it is there', async () => {
  await cluster.createPod('no-config', {
    restartPolicy: 'Never',
    containers: [shell('echo $GREETING', { envFrom: [{ configMapRef: { name: 'late' } }] })],
  })
  const pod = await cluster.until(
    'no-config',
    'refused',
    (pod) => waitingReason(pod) === 'CreateContainerConfigError',
  )
  expect(containerOf(pod)?.state.waiting?.message).toBe('configmap "late" not found')
  await cluster.untilEvent('no-config', 'Warning Failed Error: configmap "late" not found')
  expect(await cluster.logs('no-config')).toBe(
    'container "c" in pod "no-config" is waiting to start: CreateContainerConfigError',
  )
  await cluster.create('ConfigMap', 'late', { data: { GREETING: 'hello' } })
  await cluster.until('no-config', 'Succeeded', ({ status }) => status.phase === 'Succeeded')
  expect(await cluster.logs('no-config')).toBe('hello\n')
})

test('a key that is missing in a config map', async () => {
  await cluster.create('ConfigMap', 'keyless', { data: { a: '1' } })
  const env = [{ name: 'B', valueFrom: { configMapKeyRef: { name: 'keyless', key: 'b' } } }]
  await cluster.createPod('no-key', { containers: [shell('true', { env })] })
  const pod = await cluster.until(
    'no-key',
    'refused',
    (pod) => waitingReason(pod) === 'CreateContainerConfigError',
  )
  expect(containerOf(pod)?.state.waiting?.message).toBe(
    `couldn't find key b in ConfigMap ${cluster.namespace}/keyless`,
  )
})

test('a config map that is missing as a volume, until it is there', async () => {
  await cluster.createPod('no-volume', {
    restartPolicy: 'Never',
    containers: [
      shell('cat /etc/config/key', {
        volumeMounts: [{ name: 'config', mountPath: '/etc/config' }],
      }),
    ],
    volumes: [{ name: 'config', configMap: { name: 'late-volume' } }],
  })
  await cluster.untilEvent(
    'no-volume',
    'Warning FailedMount MountVolume.SetUp failed for volume "config" : configmap "late-volume" not found',
  )
  const pod = await cluster.pod('no-volume')
  expect(waitingReason(pod)).toBe('ContainerCreating')
  expect(await cluster.logs('no-volume')).toBe(
    'container "c" in pod "no-volume" is waiting to start: ContainerCreating',
  )
  await cluster.create('ConfigMap', 'late-volume', { data: { key: 'value' } })
  await cluster.until('no-volume', 'Succeeded', ({ status }) => status.phase === 'Succeeded')
  expect(await cluster.logs('no-volume')).toBe('value')
})

test('a volume of the machine itself is never mounted', async () => {
  await cluster.createPod('host-path', {
    containers: [shell('true', { volumeMounts: [{ name: 'host', mountPath: '/host' }] })],
    volumes: [{ name: 'host', hostPath: { path: '/' } }],
  })
  await cluster.untilEvent(
    'host-path',
    'Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[host], unattached volumes=[], failed to process volumes=[host]: failed to get Plugin from volumeSpec for volume "host" err=no volume plugin matched',
  )
  expect(waitingReason(await cluster.pod('host-path'))).toBe('ContainerCreating')
})

test('a program that is not there', async () => {
  const container = { name: 'c', image: 'test/sh:1', command: ['nope'] }
  await cluster.createPod('no-program', { containers: [container] })
  const pod = await cluster.until(
    'no-program',
    'held back',
    (pod) => waitingReason(pod) === 'CrashLoopBackOff',
  )
  const message =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nope": executable file not found in $PATH'
  expect(containerOf(pod)?.lastState.terminated).toMatchObject({
    exitCode: 128,
    reason: 'StartError',
    message,
    startedAt: '1970-01-01T00:00:00Z',
  })
  await cluster.untilEvent('no-program', `Warning Failed Error: ${message}`)
})

test('a program that is not there, once', async () => {
  const container = { name: 'c', image: 'test/sh:1', command: ['/nope'] }
  await cluster.createPod('no-program-once', { restartPolicy: 'Never', containers: [container] })
  const pod = await cluster.until(
    'no-program-once',
    'Failed',
    ({ status }) => status.phase === 'Failed',
  )
  expect(containerOf(pod)?.state.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' })
})

test('an image without a program', async () => {
  await cluster.createPod('nothing', { containers: [{ name: 'c', image: 'test/nothing:1' }] })
  const pod = await cluster.until(
    'nothing',
    'refused',
    (pod) => waitingReason(pod) === 'CreateContainerError',
  )
  expect(containerOf(pod)?.state.waiting?.message).toBe('no command specified')
})

test('a pod that cannot start is deleted without delay', async () => {
  await cluster.createPod('stuck', { containers: [{ name: 'c', image: 'test/nope:1' }] })
  await cluster.until('stuck', 'held back', (pod) => waitingReason(pod) !== 'ContainerCreating')
  await cluster.client.delete(`/api/v1/namespaces/${cluster.namespace}/pods/stuck`)
  await cluster.untilGone('stuck')
})
