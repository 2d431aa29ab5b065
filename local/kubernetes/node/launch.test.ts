import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient } from '../client.ts'
import { createEventRecorder } from './events.ts'
import { containerPlaces, launchFailure, prepareLaunch, resetPlaces } from './launch.ts'
import type { Launch } from './launch.ts'
import type { Container, Pod } from './pod.ts'
import { ProcessGroups } from './process-groups.ts'
import { KUBELET_TIMING } from './services.ts'
import type { NodeServices } from './services.ts'
import { createTokenSource } from './tokens.ts'

let directory = ''
let services: NodeServices
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-launch-'))
  // Nothing listens there: a container without references needs no API server to be prepared.
  const url = 'https://127.0.0.1:1'
  const client = createClient({ url, certificateAuthority: '', token: '' })
  services = {
    client,
    apiServerUrl: url,
    events: createEventRecorder(client, 'n', Date.now),
    tokens: createTokenSource(client, Date.now),
    processes: new ProcessGroups(directory),
    images: {},
    node: { address: '127.0.0.1', allocatable: {} },
    directory,
    timing: KUBELET_TIMING,
    now: Date.now,
  }
})
afterEach(async () => {
  await services.processes.close()
  services.client.close()
  await rm(directory, { recursive: true })
})

const image = { name: 'docker.io/test/app:1', command: ['/usr/bin/app', 'main'] }

function launch(container: Partial<Container>): Promise<Launch> {
  const whole = { name: 'c', image: 'test/app:1', ...container }
  const pod: Pod = {
    metadata: { name: 'demo', namespace: 'ns', uid: 'u-1' },
    spec: { containers: [whole], volumes: [{ name: 'data', emptyDir: {} }] },
    status: {},
  }
  return prepareLaunch(pod, whole, image, { places: containerPlaces(directory, 'c'), services })
}

test.for<{
  readonly when: string
  readonly container: Partial<Container>
  readonly line: readonly string[]
}>([
  { when: 'nothing is said', container: {}, line: ['/usr/bin/app', 'main'] },
  { when: 'args are given', container: { args: ['--x'] }, line: ['/usr/bin/app', 'main', '--x'] },
  { when: 'a command is given', container: { command: ['/bin/sh'] }, line: ['/bin/sh'] },
  {
    when: 'both are given, with variables',
    container: {
      env: [{ name: 'NAME', value: 'Ted' }],
      command: ['echo'],
      args: ['hello $(NAME)', '$(NOBODY)', '$$(NAME)'],
    },
    line: ['echo', 'hello Ted', '$(NOBODY)', '$(NAME)'],
  },
])('the command line is $line when $when', async ({ container, line }) => {
  const { command, args } = await launch(container)
  expect([command, ...args]).toEqual(line)
})

test('paths of mounts and of the termination message are made real', async () => {
  const { environment, args, real } = await launch({
    args: ['--out=/data/result'],
    env: [
      { name: 'RESULT', value: '/data/result' },
      { name: 'MESSAGE', value: '/tmp/message' },
      { name: 'SUB', value: 'a' },
    ],
    terminationMessagePath: '/tmp/message',
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'data', mountPath: '/sub', subPathExpr: 'of-$(SUB)' },
    ],
  })
  const data = join(directory, 'volumes', 'kubernetes.io~empty-dir', 'data')
  expect(environment['RESULT']).toBe(join(data, 'result'))
  expect(args).toEqual(['main', `--out=${join(data, 'result')}`])
  expect(environment['MESSAGE']).toBe(join(directory, 'containers', 'c', 'termination-message'))
  expect(real('/sub/x')).toBe(join(data, 'of-a', 'x'))
})

test('beside its own variables a container has PATH, HOME and the way to the API server', async () => {
  process.env['KEYLESS_NODE_SECRET'] = 'of the node'
  const { environment } = await launch({ env: [{ name: 'HOME', value: '/me' }] })
  delete process.env['KEYLESS_NODE_SECRET']
  const names = Object.keys(environment).filter((name) => !name.startsWith('KUBERNETES_'))
  expect(new Set(names)).toEqual(new Set(['PATH', 'HOME']))
  expect(environment['HOME']).toBe('/me')
  expect(environment['KUBERNETES_SERVICE_HOST']).toBe('127.0.0.1')
})

test.for([
  { workingDir: undefined, place: ['containers', 'c', 'root'] },
  { workingDir: '/app', place: ['containers', 'c', 'root', 'app'] },
  { workingDir: '/data/in', place: ['volumes', 'kubernetes.io~empty-dir', 'data', 'in'] },
])('the working directory $workingDir is below the pod', async ({ workingDir, place }) => {
  const { directory: real } = await launch({
    ...(workingDir === undefined ? {} : { workingDir }),
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  })
  expect(real).toBe(join(directory, ...place))
})

test('a sub-path that leaves its volume is refused', async () => {
  const container = {
    env: [{ name: 'UP', value: '../..' }],
    volumeMounts: [{ name: 'data', mountPath: '/data', subPathExpr: '$(UP)' }],
  }
  const error = await launch(container).catch((reason: unknown) => reason)
  expect(launchFailure(error)?.reason).toBe('CreateContainerConfigError')
})

test('an API server that does not answer is no missing config map', async () => {
  const error = await launch({ envFrom: [{ configMapRef: { name: 'worker' } }] }).catch(
    (reason: unknown) => reason,
  )
  expect(launchFailure(error)).toEqual({
    reason: 'CreateContainerConfigError',
    message: 'failed to sync configmap cache: timed out waiting for the condition',
  })
})

test('each run begins with an empty directory and an empty message', async () => {
  const places = containerPlaces(directory, 'c')
  const prepared = await launch({})
  await resetPlaces(places, prepared)
  await writeFile(join(places.root, 'left'), 'over')
  await writeFile(places.message, 'old')
  await resetPlaces(places, prepared)
  expect(await readdir(places.root)).toEqual([])
  expect(await readFile(places.message, 'utf8')).toBe('')
  expect((await stat(places.message)).mode & 0o777).toBe(0o600)
})
