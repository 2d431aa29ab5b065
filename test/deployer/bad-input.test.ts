// What users get wrong: each has one message with the place, what was expected and the next step, and its exit code.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createAuthority } from '../../local/tls.ts'
import { createEnvironment, deployer, startCluster, writeKubeconfig } from './cluster.ts'
import type { TestCluster, TestEnvironment } from './cluster.ts'

let cluster: TestCluster
let environment: TestEnvironment

beforeAll(async () => {
  cluster = await startCluster()
  environment = await createEnvironment(cluster)
})
afterAll(() => cluster.close())

test.for([
  { when: 'the command is unknown', args: ['deploi'], says: 'Did you mean deploy?' },
  { when: 'an option is unknown', args: ['plan', '--envv', 'x'], says: 'Did you mean --env?' },
  {
    when: 'a time is no number',
    args: ['deploy', '--timeout', '5m'],
    says: 'Expected a whole number',
  },
  {
    when: 'npm kept the -- to itself',
    args: ['plan', 'local'],
    says: 'put -- before the options of npm run: npm run plan -- --env local',
  },
  {
    when: 'the format is unknown',
    args: ['plan', '--output', 'xml'],
    says: 'Allowed choices are text, json',
  },
  {
    when: 'the environment is unknown',
    args: ['plan', '--env', 'loca'],
    says: 'no environment "loca", did you mean "local"?',
  },
  {
    when: 'the environment file is not there',
    args: ['plan', '--env', './no.yaml'],
    says: 'there is no such file',
  },
  {
    when: 'the placeholders of aks are left',
    args: ['plan', '--env', 'aks'],
    says: 'get it with: az identity show',
  },
])('exit code 2 and a clear message when $when', async ({ args, says }) => {
  const { code, stdout, stderr } = await deployer(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(says)
})

test('a connection string as an argument is refused, and nothing of it is repeated', async () => {
  const key = randomBytes(64).toString('base64')
  const account = `AccountEndpoint=https://a.documents.azure.com:443/;AccountKey=${key};`
  for (const argument of [account, key, key.slice(0, 86)]) {
    const { code, stdout, stderr } = await deployer(['plan', '--env', argument])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--env: holds what looks like')
    expect(stderr).not.toContain(key.slice(0, 8))
  }
})

test.for([
  {
    when: 'it is not there',
    spoil: () => ({ kubeconfig: '/nowhere/kubeconfig' }),
    code: 2,
    says: 'there is no such file',
  },
  {
    when: 'it is no YAML',
    spoil: () => text('a: ['),
    code: 2,
    says: 'the kubeconfig cannot be read',
  },
  {
    when: 'the context is not in it',
    spoil: () => ({ context: 'tset' }),
    code: 2,
    says: 'no context "tset", did you mean "test"?',
  },
  {
    when: 'the server is http',
    spoil: () => changed({ server: 'http://127.0.0.1:1' }),
    code: 2,
    says: 'expected an https server',
  },
  {
    when: 'it turns verification off',
    spoil: () => changed({ cluster: { 'insecure-skip-tls-verify': true } }),
    code: 2,
    says: 'insecure-skip-tls-verify is set',
  },
  {
    when: 'the server is not on this machine',
    spoil: () => changed({ server: 'https://10.0.0.1' }),
    code: 2,
    says: 'target local runs on this machine',
  },
  {
    when: 'a name only looks like this machine',
    spoil: () => changed({ server: 'https://127.0.0.1.example' }),
    code: 2,
    says: 'target local runs on this machine',
  },
  {
    when: 'nothing listens there',
    spoil: () => changed({ server: 'https://127.0.0.1:1' }),
    code: 1,
    says: 'nothing listens there (ECONNREFUSED)',
  },
  {
    when: 'the authority is another',
    spoil: otherAuthority,
    code: 1,
    says: 'not signed by the authority in the kubeconfig',
  },
  {
    when: 'a file it names is not there',
    spoil: () =>
      changed({
        cluster: { 'certificate-authority-data': undefined, 'certificate-authority': 'gone.crt' },
      }),
    code: 2,
    says: 'gone.crt',
  },
  {
    when: 'the program that signs in is not there',
    spoil: () =>
      signedInBy({
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: 'no-such-login',
          interactiveMode: 'Never',
        },
      }),
    code: 2,
    says: 'no credentials: the program no-such-login that signs in is not there',
  },
  {
    when: 'a client certificate is none',
    spoil: () =>
      signedInBy({ 'client-certificate-data': 'bm9wZQ==', 'client-key-data': 'bm9wZQ==' }),
    code: 1,
    says: 'a certificate or key in the kubeconfig cannot be used',
  },
  {
    when: 'the token is unknown',
    spoil: () => changed({ token: 'wrong' }),
    code: 5,
    says: 'sign in again',
  },
])('the kubeconfig is explained when $when', async ({ spoil, code, says }) => {
  const spoilt = await createEnvironment(cluster)
  const { kubeconfig, context }: Spoilt = await spoil()
  await spoilt.set({
    ...(kubeconfig === undefined ? {} : { 'cluster.kubeconfig': kubeconfig }),
    ...(context === undefined ? {} : { 'cluster.context': context }),
  })
  const said = await spoilt.deployer('plan')
  expect(said).toMatchObject({ code })
  expect(said.stderr).toContain(says)
  expect(said.stderr).toContain('    hint  ')
  expect(said.stderr).not.toContain(cluster.access.token)
})

test('a server that the environment names is the only one its context may lead to', async () => {
  const named = await createEnvironment(cluster)
  await named.set({ 'cluster.server': cluster.access.url })
  expect(await named.deployer('plan')).toMatchObject({ code: 0 })
  await named.set({ 'cluster.server': 'https://10.0.0.1:6443' })
  const other = await named.deployer('plan')
  expect(other).toMatchObject({ code: 2 })
  expect(other.stderr).toContain('but cluster.server is https://10.0.0.1:6443')
})

interface Spoilt {
  readonly kubeconfig?: string
  readonly context?: string
}

async function text(content: string): Promise<Spoilt> {
  const kubeconfig = join(cluster.directory, 'spoilt')
  await writeFile(kubeconfig, content)
  return { kubeconfig }
}

async function changed(change: Parameters<typeof writeKubeconfig>[2]): Promise<Spoilt> {
  const kubeconfig = join(cluster.directory, 'changed')
  await writeKubeconfig(kubeconfig, cluster.access, change)
  return { kubeconfig }
}

async function signedInBy(user: object): Promise<Spoilt> {
  const { kubeconfig = '' } = await changed({})
  const config = parse(await readFile(kubeconfig, 'utf8')) as object
  return text(stringify({ ...config, users: [{ name: 'test', user }] }))
}

async function otherAuthority(): Promise<Spoilt> {
  const { certificate } = await createAuthority(Date.now())
  const kubeconfig = join(cluster.directory, 'other')
  await writeKubeconfig(kubeconfig, { ...cluster.access, certificateAuthority: certificate })
  return { kubeconfig }
}

test("a context that is not the environment's is refused", async () => {
  const { code, stderr } = await environment.deployer('deploy', '--context', 'production')
  expect(code).toBe(2)
  expect(stderr).toContain('is for context "test"')
})

test('every mistake in a folder of manifests is named with its place', async () => {
  const folder = join(cluster.directory, 'manifests')
  await mkdir(folder)
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'
  await writeFile(join(folder, 'a.yaml'), configMap)
  await writeFile(join(folder, 'b.yaml'), configMap)
  await writeFile(join(folder, 'c.yaml'), 'a:\n\t- b')
  await writeFile(join(folder, 'd.yaml'), 'apiVersion: v1\nmetadata: {}\n')
  const { code, stderr } = await environment.deployer('plan', '--manifests', folder)
  expect(code).toBe(2)
  expect(stderr).toContain('c.yaml:2:1: not valid YAML')
  expect(stderr).toContain('d.yaml:1: not a Kubernetes object: kind and metadata.name missing')
  expect(stderr).toMatch(/ConfigMap\/\S+ is written twice: .*a\.yaml:1, .*b\.yaml:1/)
})

test('a trust root that holds no certificate names what writes it', async () => {
  const caFile = join(cluster.directory, 'no-certificate.crt')
  await writeFile(caFile, 'no certificate')
  const spoiled = await createEnvironment(cluster)
  await spoiled.set({ 'trustRoot.caFile': caFile })
  const { code, stderr } = await spoiled.deployer('plan')
  expect(code).toBe(2)
  expect(stderr).toContain('trustRoot.caFile: expected PEM certificates and no key in')
  expect(stderr).toContain('hint  what stands behind it writes it: npm run local for target local')
})

test('the log of a pod that is not there names the next step', async () => {
  const { code, stderr } = await environment.deployer('logs')
  expect(code).toBe(1)
  expect(stderr).toContain(`deploy it first: npm run deploy -- --env ${environment.file}`)
  const named = await environment.deployer('logs', 'nopod')
  expect(named.stderr).toMatch(
    new RegExp(
      `check the name: kubectl .*--context test get pods --namespace ${environment.namespace}`,
    ),
  )
})

test('status of what is not deployed ends with the next step', async () => {
  const { code, stderr } = await environment.deployer('status')
  expect(code).toBe(1)
  expect(stderr).toContain(`next: npm run deploy -- --env ${environment.file}`)
})

test('a program that asked for JSON learns of a wrong usage as JSON', async () => {
  const said = await deployer(['plan', '--manifest', 'x', '--output', 'json'])
  const { code, stdout, stderr } = said
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    event: 'error',
    code: 'ERR_USAGE',
    message: "unknown option '--manifest'\n(Did you mean --manifests?)",
    exitCode: 2,
  })
})

test('what is not waited for cannot be followed', async () => {
  const { code, stderr } = await deployer(['deploy', '--no-wait', '--follow'])
  expect(code).toBe(2)
  expect(stderr).toContain("option '--no-wait' cannot be used with option '-f, --follow'")
})

test('help and version are answered without any cluster', async () => {
  expect(await deployer(['--version'])).toEqual({ code: 0, stdout: '0.0.0\n', stderr: '' })
  expect((await deployer(['--help'])).stdout).toContain('destroy')
})

test('render prints what would be applied, without any cluster', async () => {
  const { code, stdout, stderr } = await environment.deployer('render')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('kind: Pod')
  expect(stdout).toContain(`namespace: ${environment.namespace}`)
})
