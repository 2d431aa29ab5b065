// Secrets are deployed like everything else, and what is in them is never said.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

test('values of a Secret show nowhere: not in the plan, an error, another object or JSON', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }
  const first = { ...secret, stringData: { password: 'hunter-one' } }
  const environment = await createFolder(
    cluster,
    first,
    configMap('copy', { line: 'use hunter-one' }),
  )
  const said = [await environment.deployer('deploy')]
  const second = { ...secret, stringData: { password: 'hunter-two' } }
  await environment.write(second, configMap('copy', { line: 'use hunter-two' }))
  said.push(
    await environment.deployer('plan'),
    await environment.deployer('plan', '--output', 'json'),
  )
  expect(said[1]?.stdout).toContain('.data.line: "use ***" → "use ***"')
  const wrong = { ...second, metadata: { name: 's', labels: { bad: 'hunter-two!' } } }
  await environment.write(wrong)
  const refused = await environment.deployer('plan')
  expect(refused).toMatchObject({ code: 5 })
  const text = JSON.stringify([...said, refused])
  expect(text).toContain('***')
  for (const value of ['hunter-one', 'hunter-two']) {
    expect(text).not.toContain(value)
    expect(text).not.toContain(Buffer.from(value).toString('base64'))
  }
})

function withKey(key?: string) {
  return configMap('settings', {
    CONNECTION: `AccountEndpoint=https://a.example/;AccountKey=${key};`,
  })
}

test('a key in a ConfigMap is warned of by its place, and shows in no plan', async () => {
  const [first, second] = [randomBytes(64), randomBytes(64)].map((key) => key.toString('base64'))
  const environment = await createFolder(cluster, withKey(first))
  const said = [await environment.deployer('deploy')]
  await environment.write(withKey(second))
  said.push(
    await environment.deployer('plan'),
    await environment.deployer('plan', '--output', 'json'),
  )
  expect(said.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(said[0]?.stderr).toMatch(
    /ConfigMap\/\S+\/settings: \.data\.CONNECTION holds what looks like a connection string, and is no Secret/,
  )
  expect(said[1]?.stdout).toContain('AccountKey=***;')
  for (const key of [first, second]) expect(JSON.stringify(said)).not.toContain(key?.slice(0, 12))
})
