// The first write to a cluster elsewhere is asked for; the cluster's own inventory is what remembers the answer.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { run } from '../support/run.ts'
import { createEnvironment, deployer, startCluster } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'

let cluster: TestCluster
let environment: TestEnvironment
const AKS = {
  target: 'aks',
  trustRoot: undefined,
  'cosmos.endpoint': 'https://keyless-demo.documents.azure.com:443/',
  image: 'keylessdemo.azurecr.io/keyless-cosmos/worker:0.1.0',
}

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())
beforeEach(async () => {
  environment = await createEnvironment(cluster)
  await environment.set(AKS)
})

function deploy(ask?: (question: string) => Promise<boolean>, ...args: readonly string[]) {
  const command = ['deploy', '--env', environment.file, '--no-wait', ...args]
  return deployer(command, ask ? { ask } : {})
}

async function isThere(): Promise<boolean> {
  return cluster.client.get(`/api/v1/namespaces/${environment.namespace}`).then(
    () => true,
    () => false,
  )
}

test('without a terminal and without --yes nothing is written, and the plan has been shown', async () => {
  const { code, stderr } = await deploy()
  expect(code).toBe(2)
  expect(stderr).toContain('Planned: 5 to create')
  expect(stderr).toContain(
    `nothing was written: environment "${environment.namespace}-env" is new on context "test" (${cluster.access.url}), namespace "${environment.namespace}", and there is no terminal to ask on`,
  )
  expect(stderr).toContain('deploy again with --yes')
  expect(stderr).toContain('ERR_NOT_CONFIRMED (exit code 2)')
  expect(await isThere()).toBe(false)
})

test('the program itself, started without a terminal, refuses in the same way', async () => {
  const main = [process.execPath, join('deployer', 'main.ts')] as const
  const { code, stderr } = await run([...main, 'deploy', '--env', environment.file])
  expect({ code, stderr }).toMatchObject({ code: 2 })
  expect(stderr).toContain('ERR_NOT_CONFIRMED')
  expect(await isThere()).toBe(false)
})

test('the question names context, server and namespace, and no means no', async () => {
  const questions: string[] = []
  const { code, stderr } = await deploy((question) => {
    questions.push(question)
    return Promise.resolve(false)
  })
  expect(code).toBe(2)
  expect(stderr).toContain('nothing was written: the plan was not confirmed')
  expect(questions).toEqual([
    `  Deploy this for the first time to context "test" (${cluster.access.url}), namespace "${environment.namespace}"? [y/N] `,
  ])
  expect(await isThere()).toBe(false)
})

test('after a yes it is not asked again: the inventory on the cluster knows', async () => {
  let asked = 0
  const yes = () => {
    asked += 1
    return Promise.resolve(true)
  }
  expect(await deploy(yes)).toMatchObject({ code: 0 })
  expect(asked).toBe(1)
  await environment.set({ document: 'Roy Kent' })
  const again = await deploy()
  expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 })
  expect(again.stderr).toContain('1 recreated')
})

test('--yes answers for a CI job', async () => {
  expect(await deploy(undefined, '--yes')).toMatchObject({ code: 0 })
  expect(await isThere()).toBe(true)
})

test('a plan asks nothing, because it writes nothing', async () => {
  const { code, stderr } = await deployer(['plan', '--env', environment.file])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(await isThere()).toBe(false)
})

test('a target on this machine is not asked about', async () => {
  await environment.set({ target: 'kind' })
  expect(await deploy()).toMatchObject({ code: 0 })
})

test('Ctrl-C at the question ends the run, and nothing is written', async () => {
  const interrupted = new AbortController()
  const { code } = await deployer(['deploy', '--env', environment.file], {
    signal: interrupted.signal,
    ask: () => {
      interrupted.abort()
      return Promise.resolve(false)
    },
  })
  expect(code).toBe(130)
  expect(await isThere()).toBe(false)
})

function refuse(): Promise<boolean> {
  return Promise.resolve(false)
}

test('a destroy is asked for while something is deployed, and not afterwards', async () => {
  await deploy(undefined, '--yes')
  const unasked = await environment.deployer('destroy')
  expect(unasked).toMatchObject({ code: 2 })
  expect(unasked.stderr).toContain('nothing was deleted')
  expect(unasked.stderr).toContain('destroy again with --yes')
  expect(await deployer(['destroy', '--env', environment.file], { ask: refuse })).toMatchObject({
    code: 2,
  })
  expect(await isThere()).toBe(true)
  expect(await environment.deployer('destroy', '--yes')).toMatchObject({ code: 0 })
  expect(await environment.deployer('destroy')).toMatchObject({ code: 0 })
})
