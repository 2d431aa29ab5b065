import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.close())

function deployment(image: string, env: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: ${image}
          env: [${env}]
`
}

const A = '{name: A, value: "1"}'
const B = '{name: B, value: "2"}'

test('client-side apply merges three ways, and diff says what it would do', async () => {
  const one = await cluster.file('one.yaml', deployment('x:1', `${A}, ${B}`))
  const two = await cluster.file('two.yaml', deployment('x:2', A))
  expect((await cluster.kubectl('apply', '-f', one)).stdout).toBe('deployment.apps/web created\n')
  expect((await cluster.kubectl('apply', '-f', one)).stdout).toBe('deployment.apps/web unchanged\n')
  const diff = await cluster.kubectl('diff', '-f', two)
  expect(diff.code).toBe(1)
  expect(diff.stdout).toContain('+        image: x:2')
  expect((await cluster.kubectl('apply', '-f', two)).stdout).toBe(
    'deployment.apps/web configured\n',
  )
  const path = 'jsonpath={.spec.template.spec.containers[0].env}'
  const { stdout } = await cluster.kubectl('get', 'deployment', 'web', '-o', path)
  expect(JSON.parse(stdout)).toEqual([{ name: 'A', value: '1' }])
})

test('server-side apply takes the object over, and a conflict names manager and field', async () => {
  const file = await cluster.file('two.yaml', deployment('x:2', A))
  const apply = ['apply', '--server-side', '-f', file]
  expect((await cluster.kubectl(...apply)).stdout).toBe('deployment.apps/web serverside-applied\n')
  await cluster.kubectl('scale', 'deployment', 'web', '--replicas=3')
  const refused = await cluster.kubectl(...apply)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('conflict with "kubectl" with subresource "scale"')
  expect(refused.stderr).toContain('.spec.replicas')
  expect((await cluster.kubectl(...apply, '--force-conflicts')).code).toBe(0)
})

test('what kubectl sends as protobuf is read', async () => {
  const commands = [
    ['create', 'namespace', 'demo'],
    ['create', 'configmap', 'c', '-n', 'demo', '--from-literal=a=b'],
    ['create', 'secret', 'generic', 's', '-n', 'demo', '--from-literal=a=b'],
    ['create', 'serviceaccount', 'sa', '-n', 'demo'],
    ['create', 'deployment', 'd', '-n', 'demo', '--image=x:1', '--replicas=2'],
    ['create', 'job', 'j', '-n', 'demo', '--image=x', '--', 'true'],
    ['create', 'cronjob', 'cj', '-n', 'demo', '--image=x', '--schedule=* * * * *'],
    ['create', 'role', 'r', '-n', 'demo', '--verb=get', '--resource=pods'],
    ['create', 'rolebinding', 'rb', '-n', 'demo', '--role=r', '--serviceaccount=demo:sa'],
  ]
  for (const command of commands) {
    expect(await cluster.kubectl(...command)).toMatchObject({ code: 0, stderr: '' })
  }
  const data = await cluster.kubectl(
    'get',
    'configmap',
    'c',
    '-n',
    'demo',
    '-o',
    'jsonpath={.data}',
  )
  expect(JSON.parse(data.stdout)).toEqual({ a: 'b' })
})

test.for([
  { as: 'system:serviceaccount:demo:sa', verb: 'get', answer: 'yes' },
  { as: 'system:serviceaccount:demo:sa', verb: 'delete', answer: 'no' },
  { as: 'somebody', verb: 'get', answer: 'no' },
])('$as may $verb pods: $answer', async ({ as, verb, answer }) => {
  const { stdout } = await cluster.kubectl(
    'auth',
    'can-i',
    verb,
    'pods',
    '-n',
    'demo',
    `--as=${as}`,
  )
  expect(stdout.trim()).toBe(answer)
})

test('a custom resource is defined, explained, listed with its columns and deleted', async () => {
  const definition = await cluster.file(
    'definition.yaml',
    `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: integer, description: how big}}}}
`,
  )
  const widget = await cluster.file(
    'widget.yaml',
    'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 3}\n',
  )
  await cluster.kubectl('apply', '-f', definition)
  await cluster.kubectl(
    'wait',
    '--for=condition=Established',
    'crd/widgets.example.com',
    '--timeout=10s',
  )
  expect((await cluster.kubectl('apply', '--server-side', '-f', widget)).code).toBe(0)
  expect((await cluster.kubectl('get', 'widgets')).stdout).toMatch(/^NAME +SIZE\nw +3\n$/)
  expect((await cluster.kubectl('explain', 'widget.spec.size')).stdout).toContain('how big')
  expect((await cluster.kubectl('delete', '-f', definition)).code).toBe(0)
  expect((await cluster.kubectl('get', 'widgets')).code).toBe(1)
})

test('helm installs, upgrades and uninstalls', async () => {
  await cluster.file('Chart.yaml', 'apiVersion: v2\nname: chart\nversion: 0.1.0\n')
  const chart = await cluster.file('values.yaml', 'replicas: 1\n')
  const folder = chart.slice(0, chart.lastIndexOf('/'))
  expect((await cluster.helm('upgrade', '--install', 'release', folder)).stdout).toContain(
    'STATUS: deployed',
  )
  expect((await cluster.helm('upgrade', 'release', folder)).stdout).toContain('REVISION: 2')
  expect((await cluster.helm('uninstall', 'release')).code).toBe(0)
})
