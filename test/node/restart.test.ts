import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerOf, shell, startNodeCluster } from './cluster.ts'
import type { NodeCluster } from './cluster.ts'
import type { Pod } from '../../local/kubernetes/node/pod.ts'

let cluster: NodeCluster
beforeAll(async () => {
  cluster = await startNodeCluster()
}, 90_000)
afterAll(() => cluster.close())

const isRunning = (pod: Pod) => containerOf(pod)?.state.running !== undefined

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a node that closes leaves no process behind, and the next one takes up its pods', async () => {
  await cluster.createPod('survivor', { containers: [shell('echo $$; exec sleep 60')] })
  await cluster.createPod('single', {
    restartPolicy: 'Never',
    containers: [shell('exec sleep 60')],
  })
  await cluster.until('survivor', 'running', isRunning)
  await cluster.until('single', 'running', isRunning)
  const pid = Number(await cluster.logs('survivor'))
  await cluster.restartNode()
  expect(isAlive(pid)).toBe(false)

  const survivor = await cluster.until(
    'survivor',
    'running again',
    (pod) => isRunning(pod) && containerOf(pod)?.restartCount === 1,
  )
  expect(containerOf(survivor)?.lastState.terminated).toMatchObject({
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
  })
  const single = await cluster.until('single', 'Failed', ({ status }) => status.phase === 'Failed')
  expect(containerOf(single)).toMatchObject({
    restartCount: 0,
    state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
  })
})

test('what a killed node left running is ended before anything else starts', async () => {
  const orphan = spawn('/bin/sleep', ['60'], { detached: true, stdio: 'ignore' })
  const gone = new Promise((resolve) => orphan.once('exit', (_, signal) => resolve(signal)))
  await cluster.restartNode({}, async () => {
    await writeFile(join(cluster.directory, 'processes', String(orphan.pid)), String(Date.now()))
  })
  expect(await gone).toBe('SIGKILL')
})

test('nothing secret and no environment is left in the files of the node', async () => {
  await cluster.create('Secret', 'password', { stringData: { value: 'hunter2-hunter2' } })
  await cluster.createPod('secretive', {
    restartPolicy: 'Never',
    containers: [
      shell('true', {
        env: [
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'password', key: 'value' } } },
        ],
        volumeMounts: [{ name: 'password', mountPath: '/etc/password' }],
      }),
    ],
    volumes: [{ name: 'password', secret: { secretName: 'password' } }],
  })
  const pod = await cluster.until(
    'secretive',
    'Succeeded',
    ({ status }) => status.phase === 'Succeeded',
  )
  await cluster.until('secretive', 'put away', ({ status }) =>
    Boolean(
      status.conditions?.some(
        ({ type, status }) => type === 'PodReadyToStartContainers' && status === 'False',
      ),
    ),
  )
  const directory = join(cluster.directory, 'pods', pod.metadata.uid)
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toContain('hunter2')
  }
  expect(JSON.stringify(await cluster.pod('secretive'))).not.toContain('hunter2')
  expect((await cluster.events('secretive')).join('\n')).not.toContain('hunter2')
})

test('a pod of the same name that comes right after is another pod', async () => {
  const spec = { containers: [shell('exec sleep 60')] }
  const first = await cluster.createPod('same', spec)
  await cluster.until('same', 'running', isRunning)
  const path = `/api/v1/namespaces/${cluster.namespace}/pods/same`
  await cluster.client.delete(path, { gracePeriodSeconds: 0 })
  const second = await cluster.createPod('same', spec)
  expect(second.metadata.uid).not.toBe(first.metadata.uid)
  const running = await cluster.until('same', 'running', isRunning)
  expect(running.metadata.uid).toBe(second.metadata.uid)
  expect(containerOf(running)?.restartCount).toBe(0)
})

test('a changed image replaces the container', async () => {
  await cluster.createPod('upgraded', { containers: [shell('exec sleep 60')] })
  await cluster.until('upgraded', 'running', isRunning)
  await cluster.client.patch(
    `/api/v1/namespaces/${cluster.namespace}/pods/upgraded`,
    'application/json-patch+json',
    [{ op: 'replace', path: '/spec/containers/0/image', value: 'docker.io/test/sh:1' }],
  )
  await cluster.until(
    'upgraded',
    'restarted',
    (pod) => isRunning(pod) && containerOf(pod)?.restartCount === 1,
  )
  await cluster.untilEvent(
    'upgraded',
    'Normal Killing Container c definition changed, will be restarted',
  )
})

test('a changed image replaces the container even where nothing is restarted', async () => {
  const spec = { restartPolicy: 'Never', containers: [shell('exec sleep 60')] }
  await cluster.createPod('replaced', spec)
  await cluster.until('replaced', 'running', isRunning)
  await cluster.client.patch(
    `/api/v1/namespaces/${cluster.namespace}/pods/replaced`,
    'application/json-patch+json',
    [{ op: 'replace', path: '/spec/containers/0/image', value: 'docker.io/test/sh:1' }],
  )
  const pod = await cluster.until(
    'replaced',
    'restarted',
    (pod) => containerOf(pod)?.restartCount === 1,
  )
  expect(pod.status.phase).toBe('Running')
})
