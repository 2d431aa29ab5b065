// Deploy, deploy again, drift, heal, change, prune, destroy: one set of objects through its life.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEnvironment, setPodStatus, startCluster } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

function configMap({ namespace }: TestEnvironment, name = 'worker') {
  return `/api/v1/namespaces/${namespace}/configmaps/${name}`
}

describe('one environment through its life', () => {
  let environment: TestEnvironment
  beforeAll(async () => {
    environment = await createEnvironment(cluster)
  })

  test('a plan shows what will be created, and creates nothing', async () => {
    const { code, stdout, stderr } = await environment.deployer('plan', '--exit-code')
    expect({ code, stderr }).toMatchObject({ code: 1 })
    expect(stderr).toContain('Planned: 6 to create')
    expect(stdout).toMatch(/Pod\/test-\w+\/demo +create/)
    await expect(cluster.client.get(`/api/v1/namespaces/${environment.namespace}`)).rejects.toThrow(
      'not found',
    )
  })

  test('a deploy says where it goes before it writes, and what it created', async () => {
    const { code, stderr } = await environment.deployer('deploy', '--no-wait')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr.indexOf(cluster.access.url)).toBeLessThan(stderr.indexOf('create'))
    expect(stderr).toContain('Applied: 6 created')
  })

  test('the second deploy changes nothing, and a finished pod is left alone', async () => {
    await setPodStatus(cluster, environment.namespace, { phase: 'Succeeded' })
    const { code, stderr } = await environment.deployer('deploy')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('Applied: 6 unchanged')
    expect(stderr).toMatch(/✓ Pod\/test-\w+\/demo +current: Succeeded/)
    expect((await environment.deployer('plan', '--exit-code')).code).toBe(0)
  })

  test('a hand edit is shown with its manager, and healed', async () => {
    const edit = { data: { DOCUMENT_NAME: 'Roy Kent' } }
    await cluster.client.patch(configMap(environment), 'application/merge-patch+json', edit, {
      fieldManager: 'kubectl-edit',
    })
    const planned = await environment.deployer('plan')
    expect(planned.stdout).toContain('.data.DOCUMENT_NAME: "Roy Kent" → "Ted Lasso"')
    expect(planned.stdout).toContain('.data.DOCUMENT_NAME taken back from kubectl-edit')
    expect((await environment.deployer('deploy')).stderr).toContain('1 configured, 5 unchanged')
    const healed = await cluster.client.get(configMap(environment))
    expect(healed).toMatchObject({ data: { DOCUMENT_NAME: 'Ted Lasso' } })
  })

  test('a field that another program owns stops the run with exit code 4', async () => {
    const theirs = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'worker' },
      data: { DOCUMENT_NAME: 'theirs' },
    }
    await cluster.client.patch(configMap(environment), 'application/apply-patch+yaml', theirs, {
      fieldManager: 'other-controller',
      force: true,
    })
    const { code, stderr } = await environment.deployer('deploy')
    expect(code).toBe(4)
    expect(stderr).toContain(
      '.data.DOCUMENT_NAME is owned by "other-controller": live "theirs", manifest "Ted Lasso"',
    )
    expect(stderr).toContain('three ways out: ')
    const forced = await environment.deployer('plan', '--force-conflicts')
    expect(forced.stdout).toContain('.data.DOCUMENT_NAME taken back from other-controller')
    await cluster.client.patch(
      configMap(environment),
      'application/merge-patch+json',
      { data: { DOCUMENT_NAME: 'Ted Lasso' } },
      { fieldManager: 'kubectl-edit' },
    )
  })

  test('new configuration replaces the pod, because it reads it only at its start', async () => {
    await environment.set({ document: 'Nathan Shelley' })
    const before = await cluster.client.get(`/api/v1/namespaces/${environment.namespace}/pods/demo`)
    const { code, stderr } = await environment.deployer('deploy', '--no-wait')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('recreate: a pod reads its configuration only when it starts')
    const after = await cluster.client.get(`/api/v1/namespaces/${environment.namespace}/pods/demo`)
    expect(after.metadata.uid).not.toBe(before.metadata.uid)
  })

  test('status shows each object as it is', async () => {
    const { code, stdout } = await environment.deployer('status')
    expect(code).toBe(1)
    expect(stdout).toMatch(/ConfigMap\/test-\w+\/worker +current/)
    expect(stdout).toMatch(/Pod\/test-\w+\/demo +(in-progress|failed)/)
  })

  test('what the manifests no longer hold is pruned', async () => {
    await environment.set({ target: 'kind', trustRoot: undefined })
    const { code, stderr } = await environment.deployer('deploy', '--no-wait')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('1 recreated, 1 pruned, 4 unchanged')
    await expect(cluster.client.get(configMap(environment, 'trust-root'))).rejects.toThrow(
      'not found',
    )
  })

  test('a second environment may not take the same objects', async () => {
    const second = await createEnvironment(cluster, 'second', environment.namespace)
    const { code, stderr } = await second.deployer('deploy', '--adopt')
    expect(code).toBe(1)
    expect(stderr).toContain('belongs to another set of objects')
  })

  test('destroy leaves a namespace that holds anything of others, and gives it up', async () => {
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs' } }
    await cluster.client.create(configMap(environment, '').slice(0, -1), theirs)
    const { code, stderr } = await environment.deployer('destroy')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('skipped: it holds 1 of others: ConfigMap/')
    expect(await cluster.client.get(configMap(environment, 'theirs'))).toBeDefined()
    await cluster.client.delete(configMap(environment, 'theirs'))
    expect((await environment.deployer('destroy')).stderr).toContain('Nothing to destroy')
  })

  test('what was given up is adopted again, and goes with all the rest once it holds nothing of others', async () => {
    const refused = await environment.deployer('deploy', '--no-wait')
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('plan --adopt')
    const again = await environment.deployer('deploy', '--no-wait', '--adopt')
    expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 })
    const { code, stderr } = await environment.deployer('destroy')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toMatch(/Destroyed: \d deleted; nothing else is left/)
    expect((await environment.deployer('destroy')).stderr).toContain('Nothing to destroy')
  })
})

test('objects that kubectl made are adopted only when asked for', async () => {
  const environment = await createEnvironment(cluster)
  const { namespace } = environment
  await cluster.client.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  })
  const refused = await environment.deployer('deploy', '--no-wait')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(`Namespace/${namespace}: exists already`)
  const adopted = await environment.deployer('deploy', '--no-wait', '--adopt')
  expect({ code: adopted.code, stderr: adopted.stderr }).toMatchObject({ code: 0 })
  expect(adopted.stderr).toContain('5 created, 1 adopted')
  expect((await environment.deployer('destroy')).code).toBe(0)
})

test('destroy removes every trace, and deletes in the reverse order of a deploy', async () => {
  const environment = await createEnvironment(cluster)
  await environment.deployer('deploy', '--no-wait')
  const { code, stdout } = await environment.deployer('destroy', '--output', 'json')
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; subject?: string })
  const kinds = events.flatMap(({ event, subject }) =>
    event === 'object' ? [subject?.split('/')[0]] : [],
  )
  expect({ code, first: kinds[0], last: kinds.at(-1) }).toEqual({
    code: 0,
    first: 'Pod',
    last: 'Namespace',
  })
})
