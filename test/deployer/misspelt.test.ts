// A slip of the finger in a manifest is found by the plan, in a namespace that is only made by the same deploy as well.
import { mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createEnvironment, startCluster } from './cluster.ts'
import type { Said, TestCluster } from './cluster.ts'
import { configMap, createFolder } from './manifest-folder.ts'
import { deployment } from './workload-folder.ts'
import { startRecorder } from './recorder.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

/** Deploys objects and a new namespace for them. */
async function deployNew(...objects: readonly object[]): Promise<Said & { namespace: string }> {
  const environment = await createEnvironment(cluster)
  const { namespace } = environment
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  const folder = await mkdtemp(join(cluster.directory, 'misspelt-'))
  const text = [home, ...objects].map((one) => stringify(one)).join('---\n')
  await writeFile(join(folder, 'all.yaml'), text)
  return {
    ...(await environment.deployer('deploy', '--no-wait', '--manifests', folder)),
    namespace,
  }
}

function pod(spec: object): object {
  const containers = [{ name: 'app', image: 'x', ...spec }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers } }
}

test.for([
  {
    when: 'a field is misspelt',
    object: pod({ comand: ['x'] }),
    code: 5,
    says: ['Pod/', '/web: dry run refused', 'unknown field "spec.containers[0].comand"'],
  },
  {
    when: 'a value is of another type',
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { port: 80 } },
    code: 5,
    says: ['ConfigMap/', '/web: dry run refused', 'data', 'put the value in quotes'],
  },
  {
    when: 'a value is never valid',
    object: configMap('web', { 'a/b': '1' }),
    code: 5,
    says: ['/web: dry run refused (Invalid)', 'change data[a/b] in the manifest'],
  },
  {
    when: 'a kind is misspelt',
    object: { apiVersion: 'apps/v1', kind: 'Deploymnet', metadata: { name: 'web' } },
    code: 2,
    says: [
      'Deploymnet/web: the cluster serves no kind Deploymnet in apps/v1, did you mean "Deployment"?',
      'check apiVersion and kind',
    ],
  },
  {
    when: 'an API version is of another kind',
    object: { apiVersion: 'v1', kind: 'Deployment', metadata: { name: 'web' } },
    code: 2,
    says: ['no kind Deployment in v1, did you mean apiVersion: apps/v1?'],
  },
  {
    when: 'an API version is no more',
    object: { apiVersion: 'extensions/v1beta1', kind: 'Deployment', metadata: { name: 'web' } },
    code: 2,
    says: ['no kind Deployment in extensions/v1beta1, did you mean apiVersion: apps/v1?'],
  },
])('nothing is written when $when', async ({ object, code, says }) => {
  const said = await deployNew(object)
  expect({ code: said.code, stderr: said.stderr }).toMatchObject({ code })
  for (const text of says) expect(said.stderr).toContain(text)
  const { items } = await cluster.client.list('/api/v1/namespaces')
  expect(items.map(({ metadata }) => metadata.name)).not.toContain(said.namespace)
})

test('a right object of a namespace that is not there yet is only said to be untried', async () => {
  const { code, stderr } = await deployNew(configMap('web', { port: '80' }))
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(
    /ConfigMap\/\S+\/web +create: no dry run: namespace "\S+" is not there yet/,
  )
})

test('a workload that does not select its own pods is told which sides differ, and which can change', async () => {
  const sides = 'spec.selector asks for app=web, and spec.template.metadata.labels gives app=wbe: '
  const folder = await createFolder(cluster, deployment({ labels: { app: 'wbe' } }))
  const { code, stderr } = await folder.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 5 })
  expect(stderr).toContain(`hint  ${sides}change the one that is wrong`)
  await folder.write(deployment({}))
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  await folder.write(deployment({ labels: { app: 'wbe' } }))
  const again = await folder.deployer('deploy', '--no-wait')
  expect(again.stderr).toContain(`hint  ${sides}change spec.template.metadata.labels`)
})

test('that several objects are untried is said once', async () => {
  const { code, stderr } = await deployNew(configMap('a', { a: '1' }), configMap('b', { b: '1' }))
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr.match(/.*no dry run.*/g)).toEqual([
    expect.stringMatching(/^ {2}2 objects: no dry run: namespace "\S+" is not there yet$/),
  ])
})

test('every object that is refused is named at once', async () => {
  const folder = await createFolder(
    cluster,
    configMap('a', { port: 80 }),
    configMap('b', { key: '1' }, { lables: {} }),
    configMap('c', { 'a/b': '1' }),
    configMap('d', { key: '1' }),
  )
  const { code, stderr } = await folder.deployer('deploy')
  expect(code).toBe(5)
  expect(stderr).toMatch(/\/a: dry run refused[^]*\/b: dry run refused[^]*\/c: dry run refused/)
  expect(stderr).toMatch(/hint {2}.*so that it is text: port;.*no such field: lables.*data\[a\/b\]/)
  expect(stderr).not.toContain('/d:')
})

test('of a wrong quantity the place and the value are named, with the endings that there are', async () => {
  const web = deployment({ container: { resources: { limits: { memory: '512MB' } } } })
  const folder = await createFolder(cluster, web)
  const { code, stderr } = await folder.deployer('deploy')
  expect({ code, stderr }).toMatchObject({ code: 5 })
  expect(stderr).toContain(
    '.spec.template.spec.containers[0].resources.limits.memory "512MB" is no quantity: ',
  )
  expect(stderr).toMatch(/hint {2}write a quantity as .* Mi is 1024², there is no MB/)
})

test('every unknown kind is named at once', async () => {
  const { stderr } = await deployNew(
    { apiVersion: 'v1', kind: 'ConfigMpa', metadata: { name: 'a' } },
    { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'b' } },
  )
  expect(stderr).toContain('ConfigMpa/a: the cluster serves no kind ConfigMpa in v1, did you mean')
  expect(stderr).toContain('Widget/b: the cluster serves no kind Widget in example.com/v1')
})

test('a label that is gone from the manifest shows when its pod is replaced', async () => {
  const labelled = { ...pod({}), metadata: { name: 'web', labels: { tier: 'front' } } }
  const folder = await createFolder(cluster, configMap('c', { a: '1' }), labelled)
  const made = await folder.deployer('deploy', '--no-wait')
  expect(made).toMatchObject({ code: 0 })
  await folder.write(configMap('c', { a: '1' }), pod({ workingDir: '/tmp' }))
  const { code, stdout, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toContain('recreate: fields that cannot change on an existing object')
  expect(stdout).toContain('.metadata.labels.tier: "front" → absent')
  expect(stdout).toContain('.spec.containers[name=app].workingDir: absent → "/tmp"')
})

test.for([
  {
    when: 'a field is misspelt',
    object: pod({ comand: ['x'] }),
    says: ['web: dry run refused (Invalid)', 'there is no such field: comand'],
  },
  {
    when: 'a value is of another type',
    object: pod({ tty: 'often' }),
    says: ['web: dry run refused (Invalid)', '.tty: expected boolean', 'without quotes: tty'],
  },
  {
    when: 'its service account is not there',
    object: {
      ...pod({}),
      spec: { serviceAccountName: 'nobody', containers: [{ name: 'app', image: 'x' }] },
    },
    says: ['serviceaccount "nobody" not found', 'hint  add the ServiceAccount to the manifests'],
  },
])('an existing namespace is asked once when $when', async ({ object, says }) => {
  const recorder = await startRecorder(cluster)
  const folder = await createFolder(recorder.cluster, object)
  const { code, stdout, stderr } = await folder.deployer('plan')
  await recorder.close()
  expect({ code, stdout, stderr }).toMatchObject({ code: 5 })
  for (const text of says) expect(stderr).toContain(text)
  // although its type is told with a 500, which is asked again otherwise
  expect(recorder.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1)
})

test('a replacement that is refused is called by its own name', async () => {
  const envFrom = [{ configMapRef: { name: 'c' } }]
  const folder = await createFolder(cluster, configMap('c', { a: '1' }), pod({ envFrom }))
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  const tooLittle = { requests: { memory: '2Mi' }, limits: { memory: '1Mi' } }
  await folder.write(configMap('c', { a: '2' }), pod({ envFrom, resources: tooLittle }))
  const { stderr } = await folder.deployer('plan')
  expect(stderr).toContain('Pod "web" is invalid: spec.containers[0].resources.requests')
})

test('a List and a JSON file are read as kubectl reads them', async () => {
  const items = [configMap('a', { key: '1' }), configMap('b', { key: '2' })]
  const folder = await createFolder(cluster, { apiVersion: 'v1', kind: 'List', items })
  await writeFile(join(folder.folder, 'c.json'), JSON.stringify(configMap('c', { key: '3' })))
  const deployed = await folder.deployer('deploy', '--no-wait')
  expect(deployed).toMatchObject({ code: 0 })
  expect(deployed.stderr).toContain('Applied: 3 created')
  expect((await folder.deployer('render')).stdout.match(/kind"?: "?ConfigMap/g)).toHaveLength(3)
})

test('a linked file is read as any other, and a link that leads nowhere is told', async () => {
  const folder = await createFolder(cluster, configMap('a', { key: '1' }))
  const elsewhere = join(cluster.directory, 'elsewhere')
  await writeFile(elsewhere, stringify(configMap('b', { key: '2' })))
  await symlink(elsewhere, join(folder.folder, 'b.yaml'))
  expect((await folder.deployer('plan')).stdout).toMatch(/ConfigMap\/\S+\/b +create/)
  await symlink('nowhere', join(folder.folder, 'c.yaml'))
  const { code, stderr } = await folder.deployer('plan')
  expect(code).toBe(2)
  expect(stderr).toContain('c.yaml: there is no such file or folder')
})

test('a file in another encoding is told, because nobody could tell its letters', async () => {
  const folder = await createFolder(cluster)
  const text = Buffer.from(stringify(configMap('a', { key: 'grün' })), 'latin1')
  await writeFile(join(folder.folder, 'all.yaml'), text)
  const { code, stderr } = await folder.deployer('plan')
  expect(code).toBe(2)
  expect(stderr).toMatch(/all\.yaml: it is not UTF-8 \(line 6\): save it in that encoding\nERR/)
})

test('null is nothing, also for the drift', async () => {
  const folder = await createFolder(cluster, configMap('a', { key: null }, { annotations: null }))
  expect(await folder.deployer('deploy')).toMatchObject({ code: 0 })
  expect((await folder.deployer('plan')).stderr).toContain('1 unchanged')
  expect(await folder.deployer('status')).toMatchObject({ code: 0 })
})

test('data of a Secret that is no base64 is told without the value', async () => {
  const data = { password: 'hunter2-hunter2!' }
  const folder = await createFolder(cluster, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data,
  })
  const { code, stderr } = await folder.deployer('plan')
  expect({ code, stderr }).toMatchObject({ code: 5 })
  expect(stderr).toContain('hint  values of data are base64; write plain ones under stringData')
  expect(stderr).not.toContain('hunter2')
})
