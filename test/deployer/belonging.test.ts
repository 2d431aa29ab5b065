// Whose an object is, when it is renamed, shared, held or not asked for any more; and that a program learns it all too.
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createEnvironment, deployer, startCluster } from './cluster.ts'
import type { Said, TestCluster } from './cluster.ts'
import { configMap, createFolder, deleteInventory } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

const HELD = { finalizers: ['example.com/hold'] }

/** What can only be replaced, and does not go. */
function held(a: string) {
  return { ...configMap('held', { a }, HELD), immutable: true }
}

async function names({ namespace }: TestFolder): Promise<readonly string[]> {
  const { items } = await cluster.client.list(`/api/v1/namespaces/${namespace}/configmaps`)
  return items.map(({ metadata }) => metadata.name ?? '').toSorted()
}

test('destroy names the finalizer that holds an object, fails, and goes on from there', async () => {
  const folder = await createFolder(
    cluster,
    configMap('free', { a: '1' }),
    configMap('held', { a: '1' }, HELD),
  )
  await folder.deployer('deploy')
  const first = await folder.deployer('destroy', '--timeout', '3')
  expect(first).toMatchObject({ code: 1 })
  expect(first.stderr).toMatch(/ConfigMap\/\S+\/free +deleted/)
  expect(first.stderr).toMatch(
    /held +terminating: waits for finalizers example\.com\/hold; waiting up to 3 s/,
  )
  expect(first.stderr).toMatch(
    /ConfigMap\/\S+\/held +left: waits for finalizers example\.com\/hold/,
  )
  expect(first.stderr).toMatch(/held: still there after 3 s\n +hint {2}whoever set the finalizer/)
  expect(first.stderr).toContain('ERR_LEFT_BEHIND')
  const path = `/api/v1/namespaces/${folder.namespace}/configmaps/held`
  const metadata = { finalizers: null }
  await cluster.client.patch(path, 'application/merge-patch+json', { metadata })
  expect(await folder.deployer('destroy')).toMatchObject({ code: 0 })
  expect((await folder.deployer('destroy')).stderr).toContain('✓ Nothing to destroy')
})

test('an object that is to be replaced and does not go ends the deploy, and the next one goes on', async () => {
  const folder = await createFolder(cluster, held('1'))
  expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
  await folder.write(held('2'))
  const stuck = await folder.deployer('deploy', '--timeout', '3')
  expect(stuck).toMatchObject({ code: 3 })
  expect(stuck.stderr).toMatch(
    /held +terminating: waits for finalizers example\.com\/hold; waiting up to 3 s/,
  )
  expect(stuck.stderr).toMatch(/held: was deleted and is still there after 3 s: waits for final/)
  const path = `/api/v1/namespaces/${folder.namespace}/configmaps/held`
  await cluster.client.patch(path, 'application/merge-patch+json', {
    metadata: { finalizers: null },
  })
  expect((await folder.deployer('deploy')).stderr).toContain('1 created')
  await cluster.client.patch(path, 'application/merge-patch+json', {
    metadata: { finalizers: null },
  })
})

test('a key that somebody put beside ours is told by status, and is no drift', async () => {
  const folder = await createFolder(cluster, configMap('shared', { a: '1' }))
  await folder.deployer('deploy')
  const path = `/api/v1/namespaces/${folder.namespace}/configmaps/shared`
  const added = { data: { DEADLINE_SECONDS: '5' } }
  await cluster.client.patch(path, 'application/merge-patch+json', added, {
    fieldManager: 'kubectl-patch',
  })
  const { code, stdout, stderr } = await folder.deployer('status')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toMatch(/shared +current .*also has \.data\.DEADLINE_SECONDS of kubectl-patch/)
  expect(stderr).toContain('1 of 1 object current, 0 drifted')
})

test('two environments share a namespace, and neither touches what is of the other', async () => {
  const folder = await createFolder(cluster, configMap('mine', { a: '1' }))
  await folder.deployer('deploy')
  const other = await createEnvironment(cluster, 'other', folder.namespace)
  const otherDeployer = (...args: readonly string[]) =>
    other.deployer(args[0] ?? '', '--manifests', folder.folder, ...args.slice(1))
  const refused = await otherDeployer('deploy', '--adopt', '--force-conflicts')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toMatch(/ConfigMap\/\S+\/mine: belongs to another set of objects: "\S+"/)
  const set = `${basename(folder.file, '.yaml')}-${basename(folder.folder)}`
  expect(refused.stderr).toContain(`: "${set}" of namespace ${folder.namespace} (label`)
  expect(refused.stderr).toContain('hint  deploy to another namespace; or destroy the other set')
  await folder.write(configMap('theirs', { a: '1' }))
  expect(await otherDeployer('deploy')).toMatchObject({ code: 0 })
  expect(await names(folder)).toEqual(expect.arrayContaining(['mine', 'theirs']))
  expect(await otherDeployer('destroy')).toMatchObject({ code: 0 })
  expect(await names(folder)).toContain('mine')
  expect(await names(folder)).not.toContain('theirs')
})

test('two folders that bring the same namespace: one can leave it out', async () => {
  const metadata = { name: 'brought-twice' }
  const shared = { apiVersion: 'v1', kind: 'Namespace', metadata }
  const first = await createFolder(cluster, shared, configMap('first', {}))
  const second = await createFolder(cluster, shared, configMap('second', {}))
  for (const folder of [first, second]) await folder.set({ namespace: metadata.name })
  expect(await first.deployer('deploy')).toMatchObject({ code: 0 })
  const refused = await second.deployer('deploy')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toContain(
    'hint  leave Namespace/brought-twice out of this folder, which can deploy into it all the same; or',
  )
  await second.write(configMap('second', {}))
  expect(await second.deployer('deploy')).toMatchObject({ code: 0 })
  for (const folder of [second, first]) await folder.deployer('destroy')
})

test('heal before the first deploy says that it comes first, also where there is no namespace yet', async () => {
  const environment = await createEnvironment(cluster)
  const { code, stderr } = await environment.deployer('heal')
  expect(code).toBe(1)
  expect(stderr).toContain(
    `nothing is deployed here: there is no namespace ${environment.namespace}`,
  )
  expect(stderr).toContain(`hint  deploy first: npm run deploy -- --env ${environment.file}\n`)
})

test('a destroy of a folder that is not there goes by its name, and refuses a name that nothing has', async () => {
  const folder = await createFolder(cluster, configMap('here', { a: '1' }))
  await folder.deployer('deploy')
  const destroy = (manifests: string) =>
    deployer(['destroy', '--env', folder.file, '--manifests', manifests])
  const { code, stderr } = await destroy('/nowhere/misspelt')
  expect({ code, stderr }).toMatchObject({ code: 2 })
  expect(stderr).toContain(
    `/nowhere/misspelt: there is no such folder, and nothing of this environment is deployed from /nowhere/misspelt; there is, of this environment: a folder named ${folder.namespace}`,
  )
  expect(await names(folder)).toContain('here')
  const moved = await destroy(`/nowhere/${folder.namespace}`)
  expect({ code: moved.code, stderr: moved.stderr }).toMatchObject({ code: 0 })
  expect(await names(folder)).not.toContain('here')
})

test('a destroy without the folder finds nothing, and names what is there without proposing to destroy it', async () => {
  const folder = await createFolder(cluster, configMap('here', { a: '1' }))
  await folder.deployer('deploy')
  const environment = ['--env', folder.file]
  const { code, stderr } = await deployer(['destroy', ...environment])
  expect(code).toBe(0)
  expect(stderr).toContain(
    `✓ Nothing to destroy: nothing of this environment is deployed; there is, of this environment: a folder named ${folder.namespace}\n`,
  )
  expect(stderr).not.toContain('npm run')
  expect(await names(folder)).toContain('here')
  const args = ['destroy', ...environment, '--manifests', folder.namespace]
  expect(await deployer(args)).toMatchObject({ code: 0 })
  expect(await names(folder)).not.toContain('here')
})

test('an object under another name is a new one, and the old one goes', async () => {
  const stays = configMap('stays', { a: '1' })
  const folder = await createFolder(cluster, stays, configMap('before', { a: '1' }))
  await folder.deployer('deploy')
  await folder.write(stays, configMap('after', { a: '1' }))
  const { stdout } = await folder.deployer('plan')
  expect(stdout).toMatch(/ConfigMap\/\S+\/after +create\n/)
  expect(stdout).toMatch(/ConfigMap\/\S+\/before +prune: no longer in the manifests/)
  await folder.deployer('deploy')
  expect(await names(folder)).toContain('after')
  expect(await names(folder)).not.toContain('before')
})

test('another folder of the same name prunes nothing, unless all is meant to be replaced', async () => {
  const { folder, elsewhere } = await createTwins('of-two-folders')
  for (const command of ['plan', 'deploy']) {
    const { code, stdout, stderr } = await elsewhere(command)
    expect({ code, stderr }).toMatchObject({ code: 2 })
    expect(stdout + stderr).toMatch(/ConfigMap\/\S+\/mine +prune/)
    expect(stderr).toMatch(/would prune all 2 objects of the set "\S+" in namespace \S+, and keep/)
    expect(stderr).toContain('ERR_REPLACES_ALL (exit code 2)')
    expect(stderr).not.toContain('next:')
  }
  expect(await names(folder)).toEqual(expect.arrayContaining(['mine', 'mine-too']))
  expect(await names(folder)).not.toContain('theirs')
  const meant = await elsewhere('plan', '--replace-all')
  expect(meant.stderr).toMatch(/next: npm run deploy -- .* --replace-all\n/)
  expect(await elsewhere('deploy', '--replace-all')).toMatchObject({ code: 0 })
  expect(await names(folder)).toContain('theirs')
  expect(await names(folder)).not.toContain('mine')
})

test('a folder that became empty deletes nothing', async () => {
  const folder = await createFolder(cluster, configMap('kept', { a: '1' }))
  await folder.deployer('deploy')
  await writeFile(join(folder.folder, 'all.yaml'), '# nothing\n')
  const { code, stderr } = await folder.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 2 })
  expect(stderr).toContain('to remove what is deployed: destroy')
  expect(await names(folder)).toContain('kept')
})

test('another folder of the same name destroys nothing, unless all is meant to go', async () => {
  const { folder, elsewhere } = await createTwins('of-two-more')
  const refused = await elsewhere('destroy')
  expect(refused, refused.stderr).toMatchObject({ code: 2 })
  expect(refused.stderr).toMatch(
    /nothing was deleted: these manifests hold none of what the set "\S+" in namespace \S+ has deployed: ConfigMap\/\S+\/mine, ConfigMap\/\S+\/mine-too\n/,
  )
  expect(refused.stderr).toContain('destroy them from there; if they are meant to go all the same')
  expect(refused.stderr).toContain('ERR_REPLACES_ALL (exit code 2)')
  await deleteInventory(cluster, folder)
  expect(await elsewhere('destroy')).toMatchObject({ code: 2 })
  expect(await names(folder)).toEqual(expect.arrayContaining(['mine', 'mine-too']))
  expect(await elsewhere('destroy', '--replace-all')).toMatchObject({ code: 0 })
  expect(await names(folder)).not.toContain('mine')
})

test.for([
  { when: 'was emptied', text: '# nothing\n' },
  { when: 'is broken', text: 'kind: [' },
  { when: 'holds one object of several', text: stringify(configMap('mine', { a: '2' })) },
])('a set can be destroyed although its folder $when', async ({ text }) => {
  const folder = await createFolder(cluster, configMap('mine', {}), configMap('mine-too', {}))
  await folder.deployer('deploy')
  await writeFile(join(folder.folder, 'all.yaml'), text)
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toContain('✓ Destroyed: 2 deleted; nothing else is left')
})

test('every command tells a program one event per line, and people nothing', async () => {
  const folder = await createFolder(cluster, configMap('one', { a: '1' }))
  const say = (...args: readonly string[]) =>
    folder.deployer(args[0] ?? '', ...args.slice(1), '--output', 'json')
  const planned = await say('plan')
  expect(kindsOf(planned)).toEqual(['target', 'planned', 'plan', 'next'])
  expect(planned.stdout).toMatch(/"event":"plan","id":"[0-9a-f]{12}"/)
  expect(kindsOf(await say('render'))).toEqual(['rendered'])
  expect(kindsOf(await say('deploy'))).toEqual(['target', 'planned', 'plan', 'object', 'done'])
  expect(kindsOf(await say('status'))).toEqual(['target', 'status', 'done'])
  expect(kindsOf(await say('destroy'))).toEqual(['target', 'object', 'done'])
  const failed = await say('heal')
  expect(failed).toMatchObject({ code: 1 })
  expect(kindsOf(failed).at(-1)).toBe('error')
})

/** A folder that is deployed, and the command line with another one of the same name and environment. */
async function createTwins(namespace: string) {
  const shared = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  const mine = [configMap('mine', { a: '1' }), configMap('mine-too', { a: '1' })]
  const folder = await createFolder(cluster, shared, ...mine)
  expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
  const other = join(cluster.directory, 'other-team', basename(folder.folder))
  await mkdir(other, { recursive: true })
  const theirs = [shared, configMap('theirs', { a: '1' })].map((one) => stringify(one))
  await writeFile(join(other, 'all.yaml'), theirs.join('---\n'))
  const elsewhere = (...args: readonly string[]) =>
    deployer([args[0] ?? '', '--env', folder.file, '--manifests', other, ...args.slice(1)])
  return { folder, elsewhere }
}

/** The kinds of events that were told, in order. */
function kindsOf({ stdout, stderr }: Said): readonly string[] {
  expect(stderr).toBe('')
  const lines = stdout.trimEnd().split('\n')
  return lines.map((line) => (JSON.parse(line) as { readonly event: string }).event)
}
