// Ctrl-C at any moment: the command ends within a second, in one sentence, and the next one goes on from there.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { configMap, createFolder } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'
import { deployer, startCluster } from './cluster.ts'
import type { Said, TestCluster } from './cluster.ts'
import { startRecorder } from './recorder.ts'
import type { Recorded, Recorder } from './recorder.ts'

let cluster: TestCluster
let recorder: Recorder

beforeAll(async () => {
  cluster = await startCluster()
  recorder = await startRecorder(cluster)
})
afterEach(() => {
  recorder.before = () => Promise.resolve()
})
afterAll(async () => {
  await recorder.close()
  await cluster.close()
})

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image: 'test/sh:1' }] },
    },
  },
}

/** Runs a command and presses Ctrl-C as soon as `happens`; what that request would be answered never comes. */
async function interruptWhen(
  folder: TestFolder,
  command: string,
  happens: (request: Recorded) => boolean,
): Promise<Said> {
  const interrupt = new AbortController()
  recorder.before = async (request) => {
    if (!happens(request)) return
    interrupt.abort()
    await new Promise(() => undefined)
  }
  const said = await deployer([command, '--env', folder.file, '--manifests', folder.folder], {
    signal: interrupt.signal,
  })
  recorder.before = () => Promise.resolve()
  return said
}

function expectInterrupted({ code, stderr }: Said): void {
  expect({ code, stderr }).toMatchObject({ code: 130 })
  expect(stderr).toMatch(/✗ Interrupted; .*\nERR_INTERRUPTED \(exit code 130\)\n$/)
}

function isWatch({ path }: Recorded): boolean {
  return path.includes('watch=true')
}

function isWriteOfSettings(request: Recorded): boolean {
  return isWrite(request) && request.path.includes('/settings')
}

function isReview({ path }: Recorded): boolean {
  return path.includes('accessreviews')
}

function isWrite({ method, path }: Recorded): boolean {
  return method === 'PATCH' && !path.includes('dryRun')
}

test.for<{ when: string; happens: (request: Recorded) => boolean }>([
  { when: 'the inventory is read', happens: ({ path }) => path.includes('/configmaps/') },
  { when: 'a kind is listed', happens: ({ path }) => path.includes('/deployments?') },
  { when: 'a dry run is under way', happens: ({ path }) => path.includes('dryRun=All') },
  {
    when: 'the inventory is written',
    happens: (one) => isWrite(one) && /inventory|keyless/.test(one.path),
  },
  {
    when: 'a ConfigMap is written',
    happens: isWriteOfSettings,
  },
  { when: 'a Deployment is written', happens: (one) => isWrite(one) && one.path.includes('/web?') },
  { when: 'a wait begins', happens: ({ path }) => path.includes('/replicasets') },
  { when: 'a watch is opened', happens: isWatch },
])('a deploy ends at once when $when', async ({ happens }) => {
  const folder = await createFolder(recorder.cluster, configMap('settings', { a: '1' }), WEB)
  expectInterrupted(await interruptWhen(folder, 'deploy', happens))
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  const { code, stdout } = await folder.deployer('plan', '--exit-code')
  expect({ code, stdout }).toMatchObject({ code: 0 })
  await folder.deployer('destroy')
})

test.for<{ when: string; happens: (request: Recorded) => boolean }>([
  { when: 'it looks who else lives there', happens: ({ path }) => path.includes('/deployments?') },
  { when: 'an object is deleted', happens: ({ method }) => method === 'DELETE' },
])('a destroy ends at once when $when', async ({ happens }) => {
  const folder = await createFolder(recorder.cluster, configMap('settings', { a: '1' }), WEB)
  await folder.deployer('deploy', '--no-wait')
  expectInterrupted(await interruptWhen(folder, 'destroy', happens))
  expect(await folder.deployer('destroy')).toMatchObject({ code: 0 })
  const again = await folder.deployer('destroy')
  expect(again.stderr).toContain('Nothing to destroy')
})

test('a deploy ends at once when permissions are asked for', async () => {
  const settings = configMap('settings', { a: '1' })
  const folder = await createFolder(recorder.cluster, settings, configMap('old', {}))
  await folder.deployer('deploy', '--no-wait')
  await folder.write(settings)
  expectInterrupted(await interruptWhen(folder, 'deploy', isReview))
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  await folder.deployer('destroy')
})

test('a destroy ends at once when it waits for a finalizer', async () => {
  const held = { finalizers: ['example.com/hold'] }
  const folder = await createFolder(recorder.cluster, configMap('settings', { a: '1' }, held))
  await folder.deployer('deploy', '--no-wait')
  expectInterrupted(await interruptWhen(folder, 'destroy', isWatch))
  const path = `/api/v1/namespaces/${folder.namespace}/configmaps/settings`
  await cluster.client.patch(path, 'application/merge-patch+json', {
    metadata: { finalizers: null },
  })
  expect(await folder.deployer('destroy')).toMatchObject({ code: 0 })
})

test('a pause before another attempt ends at once', async () => {
  const folder = await createFolder(recorder.cluster, configMap('settings', { a: '1' }))
  const interrupt = new AbortController()
  const thirdBreak = Promise.withResolvers<void>()
  let broken = 0
  recorder.before = () => {
    broken += 1
    if (broken === 3) thirdBreak.resolve()
    return Promise.reject(new Error('broken on purpose'))
  }
  const deploying = deployer(['deploy', '--env', folder.file, '--manifests', folder.folder], {
    signal: interrupt.signal,
  })
  await thirdBreak.promise
  interrupt.abort()
  expectInterrupted(await deploying)
})

test('an interrupted deploy gives the Lease back to the healers', async () => {
  const folder = await createFolder(recorder.cluster, configMap('settings', { a: '1' }))
  await folder.deployer('deploy')
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${folder.namespace}/leases`
  const stop = new AbortController()
  const healing = deployer(['heal', '--env', folder.file, '--manifests', folder.folder], {
    signal: stop.signal,
  })
  while ((await cluster.client.list(leases)).items.length === 0) await sleep(20)
  await folder.write(configMap('settings', { a: '2' }))
  expectInterrupted(await interruptWhen(folder, 'deploy', isWriteOfSettings))
  const [lease] = (await cluster.client.list(leases)).items
  expect(lease).toHaveProperty('spec')
  expect(String((lease as { spec: { holderIdentity?: string } }).spec.holderIdentity)).not.toMatch(
    /^deployer-/,
  )
  stop.abort()
  expect(await healing).toMatchObject({ code: 0 })
  await folder.deployer('destroy')
})

test('a healer that cannot reach its server stops at once', async () => {
  const folder = await createFolder(recorder.cluster, configMap('settings', { a: '1' }))
  await folder.deployer('deploy')
  const stop = new AbortController()
  const reached = Promise.withResolvers<void>()
  recorder.before = async () => {
    reached.resolve()
    await new Promise(() => undefined)
  }
  const healing = deployer(['heal', '--env', folder.file, '--manifests', folder.folder], {
    signal: stop.signal,
  })
  await reached.promise
  stop.abort()
  const { code, stderr } = await healing
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('✓ Stopped')
})
