// The worker as a Job, a Deployment and a CronJob on the whole platform: each writes without a key, and the next one
// takes the place of the one before.
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'
import type { Ended } from '../support/run.ts'

let platform: TestPlatform
let environment: string

beforeAll(async () => {
  platform = await startTestPlatform()
  environment = join(platform.directory, 'kinds.yaml')
})
afterAll(() => platform.close())

async function deploy(workload: object, ...args: readonly string[]): Promise<Ended> {
  const document = parseDocument(await readFile(platform.environment, 'utf8'))
  document.set('workload', document.createNode(workload))
  await writeFile(environment, document.toString())
  return deployer('deploy', '--timeout', '25', ...args)
}

function deployer(command: string, ...args: readonly string[]): Promise<Ended> {
  return platform.deployer(command, ...args, '--env', environment)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

test('a Job writes once, is complete, and its log can be followed by the deploy', async () => {
  const { code, stdout, stderr } = await deploy({ kind: 'Job' }, '--follow')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/✓ Job\/keyless-cosmos\/demo +current/)
  expect(stdout.trimEnd()).toMatch(/DONE .* exit=0$/)
  const { stdout: log } = await platform.kubectl('logs', 'job/demo')
  expect(log).toContain('6/7 write')
})

test('a Deployment is ready when its pod has written; the Job is gone with its pod', async () => {
  const healthPort = await freePort()
  const workload = { kind: 'Deployment', replicas: 1, intervalSeconds: 1, healthPort }
  const { code, stderr } = await deploy(workload)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Job\/keyless-cosmos\/demo +pruned/)
  expect(stderr).toMatch(/✓ Deployment\/keyless-cosmos\/demo +current/)
  const { stdout } = await platform.kubectl('get', 'pods,poddisruptionbudgets', '-o', 'name')
  expect(stdout).toMatch(/^pod\/demo-\w+-\w+\npoddisruptionbudget\S*\/demo\n$/)
  const logs = await deployer('logs', '--tail', '50')
  expect(logs.stdout).toContain('6/7 write')
  expect(await deployer('status')).toMatchObject({ code: 0 })
})

test('a CronJob is stored at once, and a run of it by hand writes', async () => {
  const { code, stderr } = await deploy({ kind: 'CronJob', schedule: '0 3 1 1 *' })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Deployment\/keyless-cosmos\/demo +pruned/)
  const command = /next: kubectl (.*)$/m.exec(stderr)?.[1] ?? ''
  expect(await platform.kubectl(...command.split(' '))).toMatchObject({ code: 0 })
  const waited = await platform.kubectl(
    'wait',
    '--for=condition=complete',
    'job/demo-now',
    '--timeout=20s',
  )
  expect(waited).toMatchObject({ code: 0 })
  expect((await deployer('logs')).stdout.trimEnd()).toMatch(/DONE .* exit=0$/)
})

test('a Job that fails is told by the worker’s own verdict', async () => {
  const document = parseDocument(await readFile(platform.environment, 'utf8'))
  document.setIn(['cosmos', 'container'], 'other')
  document.setIn(['workload', 'kind'], 'Job')
  document.set('deadlineSeconds', 5)
  await writeFile(environment, document.toString())
  const { code, stderr } = await deployer('deploy', '--timeout', '25')
  expect(code).toBe(1)
  expect(stderr).toMatch(/Job\/keyless-cosmos\/demo +failed: /)
  expect(stderr).toContain('exit=32')
})

test('corrected, the next deploy makes the Job anew, and destroy leaves nothing', async () => {
  const { code, stderr } = await deploy({ kind: 'Job' })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Job\/keyless-cosmos\/demo +recreated/)
  expect(await deployer('destroy')).toMatchObject({ code: 0 })
  const { stdout } = await platform.kubectl('get', 'namespaces', '-o', 'name')
  expect(stdout).not.toContain('keyless-cosmos')
})
