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

test.for([
  { what: 'a number', wrong: { stringData: { pin: 99_887_766 } }, value: '99887766' },
  { what: 'a map', wrong: { stringData: { a: { b: 'sekrit-of-b' } } }, value: 'sekrit-of-b' },
  { what: 'a list', wrong: { data: ['sekrit-in-list'] }, value: 'sekrit-in-list' },
  { what: 'one text', wrong: { data: 'sekrit-alone' }, value: 'sekrit-alone' },
  { what: 'a short number', wrong: { stringData: { pin: 123 } }, value: '123' },
])('a Secret with $what in the wrong place does not show it either', async ({ wrong, value }) => {
  const folder = await createFolder(cluster, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    ...wrong,
  })
  for (const args of [[], ['--output', 'json']]) {
    const { code, stdout, stderr } = await folder.deployer('plan', ...args)
    expect(code, stderr).toBe(5)
    expect(stdout + stderr).toContain('Secret/')
    expect((stdout + stderr).replaceAll(folder.namespace, '')).not.toContain(value)
  }
})

test('of a value that is no base64 the key is named, and never the value', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }
  const data = { good: 'YQ==', password: 'hunter-two!' }
  const folder = await createFolder(cluster, { ...secret, data })
  const { code, stdout, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 5 })
  expect(stderr).toContain('data.password is no base64: ')
  expect(stderr).toContain('hint  values of data are base64; write plain ones under stringData')
  expect(stdout + stderr).not.toContain('data.good')
  expect(stdout + stderr).not.toContain('hunter-two')
})

test('a Secret whose values are ordinary words masks none of our own, nor names', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }
  const environment = await createFolder(cluster)
  const { namespace } = environment
  const words = { DB: 'current', HOST: 'create', IN: namespace, SAME: 'unchanged', WHAT: 'objects' }
  const copy = configMap('current', { line: 'the db is current' })
  await environment.write({ ...secret, stringData: words }, copy)
  const planned = await environment.deployer('plan')
  expect(planned.stderr).toContain(`, namespace ${namespace}, environment`)
  expect(planned.stderr).toContain('✓ Planned: 2 to create (')
  const said = await environment.deployer('deploy', '--output', 'json')
  expect(said).toMatchObject({ code: 0 })
  expect(said.stdout).toContain(`"namespace":"${namespace}"`)
  expect((await environment.deployer('status')).stderr).toContain('2 of 2 objects current, 0')
  const labels = { bad: 'current!' }
  await environment.write(
    { ...secret, stringData: words },
    configMap('current', { line: 'the db was current' }, { labels }),
  )
  const refused = await environment.deployer('plan')
  expect(refused.stderr).toContain(`ConfigMap/${namespace}/current: dry run refused (Invalid): `)
  expect(refused.stderr).toContain('***!')
  await environment.write(
    { ...secret, stringData: words },
    configMap('current', { line: 'the db was current' }),
  )
  const changed = await environment.deployer('plan')
  expect(changed.stdout).toContain(`ConfigMap/${namespace}/current `)
  expect(changed.stdout).toContain('.data.line: "the db is ***" → "the db was ***"')
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
