// Custom resources and the definitions that bring their kinds, in one set and in several versions.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from './account.ts'
import { startCluster, writeKubeconfig } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'
import { startRecorder } from './recorder.ts'
import type { Recorder } from './recorder.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const MERGE = 'application/merge-patch+json'
/** Stays when the definition and its resource are taken out. */
const rest = configMap('rest', {})
let direct: TestCluster
let recorder: Recorder

beforeAll(async () => {
  direct = await startCluster()
  recorder = await startRecorder(direct)
})
afterAll(async () => {
  await recorder.close()
  await direct.close()
})

test('a definition and its custom resource are deployed together, and destroyed together', async () => {
  const folder = await createWidgets()
  const planned = await folder.deployer('plan')
  expect(planned.stdout).toContain('no dry run: the definition of Widget is not there yet')
  await deployed(folder)
  expect((await folder.deployer('plan', '--exit-code')).code).toBe(0)
  const destroyed = await folder.deployer('destroy')
  expect({ code: destroyed.code, stderr: destroyed.stderr }).toMatchObject({ code: 0 })
  expect(destroyed.stderr).toContain('Destroyed: 2 deleted')
})

test('a definition gets a new version, and its custom resource moves there, in one deploy', async () => {
  const folder = await createWidgets()
  await deployed(folder)
  await folder.write(definition(folder, ['v1', 'v2']), widget(folder, 'v2', 2))
  const planned = await folder.deployer('plan')
  expect({ code: planned.code, stderr: planned.stderr }).toMatchObject({ code: 0 })
  expect(planned.stdout).toMatch(/Widget\/\S+\/w +configure: no dry run: \S+ does not serve Widget/)
  expect(planned.stdout).toContain('.spec.size: 1 → 2')
  await deployed(folder)
  expect((await folder.deployer('plan', '--exit-code')).code).toBe(0)
  expect((await folder.deployer('destroy')).stderr).toContain('Destroyed: 2 deleted')
})

test('a custom resource is found although its version is served no longer', async () => {
  const folder = await createWidgets(['v2', 'v1'])
  await deployed(folder)
  const { versions } = definition(folder, ['v2', 'v1']).spec
  const ended = versions.map((version) => ({ ...version, served: version.name === 'v2' }))
  const path = `${DEFINITIONS}/widgets.${folder.namespace}.example.com`
  await direct.client.patch(path, MERGE, { spec: { versions: ended } })
  await folder.write({
    ...definition(folder, []),
    spec: { ...definition(folder, []).spec, versions: ended },
  })
  const planned = async () => (await folder.deployer('plan')).stdout
  await expect.poll(planned, { timeout: 20_000 }).toMatch(/w +prune/)
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/Widget\/\S+\/w +deleted/)
})

test('a definition that holds a resource of others is not pruned, until it holds none', async () => {
  const folder = await createWidgets(['v1'], rest)
  await deployed(folder)
  const theirs = await createTheirs(folder)
  await folder.write(rest)
  const kept = 'skip: it holds 1 of others: Widget/default/theirs'
  expect((await folder.deployer('plan')).stdout).toMatch(definitionLine(kept))
  for (const _ of ['once', 'again']) {
    const { code, stderr } = await folder.deployer('deploy', '--no-wait')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toMatch(definitionLine(kept))
  }
  expect(await direct.client.get(theirs)).toMatchObject({ spec: { size: 7 } })
  await direct.client.delete(theirs)
  expect((await folder.deployer('deploy', '--no-wait')).stderr).toMatch(definitionLine('pruned'))
})

test('destroy gives up a definition that holds a resource of others, and another set can adopt it', async () => {
  const folder = await createWidgets()
  await deployed(folder)
  const theirs = await createTheirs(folder)
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const why =
    'it holds 1 of others: Widget/default/theirs; it belongs to nobody now, so that another set can adopt it'
  expect(stderr).toMatch(definitionLine(`skipped: ${why}`))
  expect(stderr).toMatch(/Destroyed: 1 deleted; CustomResourceDefinition\/\S+ stays: it holds 1 of/)
  expect(await direct.client.get(theirs)).toMatchObject({ spec: { size: 7 } })
  expect((await folder.deployer('destroy')).stderr).toContain('✓ Nothing to destroy')
  const next = await createFolder(recorder.cluster, definition(folder, ['v1']))
  const refused = await next.deployer('deploy', '--no-wait')
  expect(refused.stderr).toContain('ERR_ADOPT (exit code 1)')
  expect((await next.deployer('deploy', '--adopt', '--no-wait')).stderr).toContain('1 adopted')
  await direct.client.delete(theirs)
  expect((await next.deployer('destroy')).stderr).toMatch(definitionLine('deleted'))
})

test('a resource of others that came after the plan keeps its definition', async () => {
  const folder = await createWidgets(['v1'], rest)
  await deployed(folder)
  await folder.write(rest)
  let isMade = false
  recorder.before = async ({ method, path }) => {
    if (method !== 'DELETE' || !path.includes('/widgets/w') || isMade) return
    isMade = true
    await createTheirs(folder)
  }
  const { code, stderr } = await folder.deployer('deploy', '--no-wait')
  recorder.before = () => Promise.resolve()
  expect({ code, stderr }).toMatchObject({ code: 1 })
  expect(stderr).toContain('now it would be skip: it holds 1 of others: Widget/default/theirs')
  expect(await direct.client.get(theirsOf(folder))).toMatchObject({ spec: { size: 7 } })
})

test('a definition whose resources may not be listed everywhere is kept', async () => {
  const folder = await createWidgets(['v1'], rest)
  await deployed(folder)
  const kubeconfig = join(direct.directory, `limited-${folder.namespace}`)
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]
  const token = await createAccount(direct, folder.namespace, rules)
  await allowDefinitions(folder)
  await writeKubeconfig(kubeconfig, direct.access, { token })
  await folder.set({ 'cluster.kubeconfig': kubeconfig })
  await folder.write(rest)
  expect((await folder.deployer('plan')).stdout).toMatch(
    definitionLine('skip: it may hold some of others: its widgets may not be listed'),
  )
  const { code, stderr } = await folder.deployer('destroy')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(
    definitionLine(
      'skipped: it may hold some of others: its widgets may not be listed; it belongs',
    ),
  )
})

test('a resource of ours is not forgotten because nobody tells whether its kind is still served', async () => {
  const folder = await createWidgets(['v1'], rest)
  await deployed(folder)
  await folder.write(rest)
  recorder.refusal = ({ path }) => {
    if (path === '/apis') return 403
    return path === `/apis/${folder.namespace}.example.com/v1` ? 404 : undefined
  }
  const { code, stderr } = await folder.deployer('deploy')
  recorder.refusal = () => undefined
  expect({ code, stderr }).toMatchObject({ code: 1 })
  expect(stderr).toContain(
    `Widget/${folder.namespace}/w: it was deployed, but the API server does not tell whether it still serves its kind: /apis is not answered`,
  )
  expect((await folder.deployer('deploy', '--no-wait')).stderr).toContain('2 pruned')
})

test('what a resource that does not end may need is not taken from it', async () => {
  const folder = await createWidgets(['v1'], rest)
  await deployed(folder)
  const { namespace } = folder
  const path = `/apis/${namespace}.example.com/v1/namespaces/${namespace}/widgets/w`
  await direct.client.patch(path, MERGE, { metadata: { finalizers: ['example.com/operator'] } })
  const { code, stderr } = await folder.deployer('destroy', '--timeout', '1')
  expect({ code, stderr }).toMatchObject({ code: 1 })
  const why = `not deleted before Widget/${namespace}/w is gone, which may need it to end`
  expect(stderr).toMatch(new RegExp(`ConfigMap/${namespace}/rest +left: ${why}`))
  expect(stderr).toMatch(definitionLine(`left: ${why}`))
  await direct.client.get(`/api/v1/namespaces/${namespace}/configmaps/rest`)
  await direct.client.patch(path, MERGE, { metadata: { finalizers: [] } })
  expect((await folder.deployer('destroy')).stderr).toContain('Destroyed: 2 deleted')
})

function definitionLine(state: string): RegExp {
  return new RegExp(`CustomResourceDefinition/widgets\\.\\S+ +${state}`)
}

/** Where a resource is that somebody else makes of the definition of a folder, in another namespace. */
function theirsOf({ namespace }: TestFolder): string {
  return `/apis/${namespace}.example.com/v1/namespaces/default/widgets/theirs`
}

async function createTheirs(folder: TestFolder): Promise<string> {
  const path = theirsOf(folder)
  const { apiVersion, kind, spec } = widget(folder, 'v1', 7)
  const object = { apiVersion, kind, metadata: { name: 'theirs' }, spec }
  await direct.client.create(path.replace(/\/theirs$/, ''), object)
  return path
}

/** Everything about definitions, and nothing about what is made of them, for the limited account of a namespace. */
async function allowDefinitions({ namespace }: TestFolder): Promise<void> {
  const group = 'rbac.authorization.k8s.io'
  const metadata = { name: `definitions-${namespace}` }
  const rule = {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    verbs: ['*'],
  }
  await direct.client.create(`/apis/${group}/v1/clusterroles`, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata,
    rules: [rule],
  })
  await direct.client.create(`/apis/${group}/v1/clusterrolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    subjects: [{ kind: 'ServiceAccount', name: 'limited', namespace }],
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: metadata.name },
  })
}

/** A folder with a definition of a group of its own, one object of it in the last version, and others. */
async function createWidgets(
  versions: readonly string[] = ['v1'],
  ...others: readonly object[]
): Promise<TestFolder> {
  const folder = await createFolder(recorder.cluster)
  await folder.write(
    definition(folder, versions),
    widget(folder, versions.at(-1) ?? '', 1),
    ...others,
  )
  return folder
}

/** Deploys, and says of the definition meanwhile what a real API server finds out by itself. */
async function deployed(folder: TestFolder): Promise<void> {
  const status = { conditions: [{ type: 'Established', status: 'True' }] }
  const path = `${DEFINITIONS}/widgets.${folder.namespace}.example.com/status`
  recorder.before = async ({ method, path: asked }) => {
    if (method !== 'PATCH' || !asked.includes('/widgets/w?') || asked.includes('dryRun')) return
    await direct.client.patch(path, MERGE, { status })
  }
  const { code, stderr } = await folder.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
}

function definition({ namespace }: TestFolder, versions: readonly string[]) {
  const group = `${namespace}.example.com`
  const size = { type: 'object', properties: { size: { type: 'integer' } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: structuredClone(size) } },
        },
      })),
    },
  }
}

function widget({ namespace }: TestFolder, version: string, size: number) {
  const apiVersion = `${namespace}.example.com/${version}`
  return { apiVersion, kind: 'Widget', metadata: { name: 'w' }, spec: { size } }
}
