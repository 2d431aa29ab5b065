// The short way to credentials gives what client-node gives, or leaves the kubeconfig to it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { KubeConfig, readCredentials } from '../../deployer/cluster/client-node.ts'
import { plainContext } from '../../deployer/cluster/plain-context.ts'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyless-kubeconfig-'))
  for (const name of ['ca.pem', 'cert.pem', 'key.pem', 'token']) {
    await writeFile(join(directory, name), `content of ${name}`)
  }
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const DATA = Buffer.from('some PEM').toString('base64')

interface Kubeconfig {
  readonly cluster?: object
  readonly user?: object | null
  readonly more?: object
}

function kubeconfig({ cluster, user, more }: Kubeconfig): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: [
      { name: 'other', cluster: { server: 'https://other:6443' } },
      { name: 'c', cluster: { server: 'https://api.example:6443', ...cluster } },
    ],
    users: [
      { name: 'other', user: { exec: { command: 'x', apiVersion: 'v1' } } },
      { name: 'u', user: user === undefined ? { token: 'secret' } : user },
    ],
    contexts: [
      { name: 'other', context: { cluster: 'other', user: 'other' } },
      { name: 'test', context: { cluster: 'c', user: 'u', namespace: 'ns' } },
    ],
    'current-context': 'other',
    ...more,
  })
}

/** What client-node answers for the same text. */
async function byClientNode(text: string) {
  const config = new KubeConfig()
  config.loadFromString(text)
  config.makePathsAbsolute(directory)
  config.setCurrentContext('test')
  return { server: config.getCurrentCluster()?.server, ...(await readCredentials(config)) }
}

test.for<Kubeconfig & { readonly with: string }>([
  { with: 'a token' },
  { with: 'a token and an authority', cluster: { 'certificate-authority-data': DATA } },
  { with: 'an authority in a file', cluster: { 'certificate-authority': 'ca.pem' } },
  {
    with: 'a client certificate',
    user: { 'client-certificate-data': DATA, 'client-key-data': DATA },
  },
  {
    with: 'a client certificate in files',
    user: { 'client-certificate': 'cert.pem', 'client-key': 'key.pem' },
  },
  {
    with: 'a client certificate and a token',
    user: { 'client-certificate-data': DATA, token: 't' },
  },
  { with: 'another server name', cluster: { 'tls-server-name': 'api' } },
  { with: 'a slash behind the server', cluster: { server: 'https://api.example:6443/' } },
  { with: 'a path in the server', cluster: { server: 'https://rancher.example/k8s/clusters/c-1' } },
  { with: 'extensions', cluster: { extensions: [{ name: 'x', extension: { version: 'v1' } }] } },
  { with: 'a user without credentials', user: {} },
])('a kubeconfig with $with is read as client-node reads it', async (given) => {
  const text = kubeconfig(given)
  const plain = plainContext(text, 'test', directory)
  expect(plain).toBeDefined()
  const read = { server: plain?.server, ...(await plain?.read()) }
  expect(read).toStrictEqual(await byClientNode(text))
})

test('of an authority in a file and one written out, the latter counts, as for kubectl', async () => {
  const cluster = { 'certificate-authority': 'ca.pem', 'certificate-authority-data': DATA }
  const plain = plainContext(kubeconfig({ cluster }), 'test', directory)
  expect(await plain?.read()).toMatchObject({ tls: { ca: Buffer.from(DATA, 'base64') } })
})

test('a token in a file is read anew each time, as kubectl does and client-node does not', async () => {
  const file = join(directory, 'token')
  const given = kubeconfig({ user: { tokenFile: 'token', token: 'old' } })
  const plain = plainContext(given, 'test', directory)
  for (const token of ['first', 'second']) {
    await writeFile(file, `${token}\n`)
    expect(await plain?.read()).toMatchObject({ headers: { Authorization: `Bearer ${token}` } })
  }
})

test.for<Kubeconfig & { readonly with: string; readonly context?: string }>([
  { with: 'an exec plugin', user: { exec: { command: 'kubelogin', apiVersion: 'v1' } } },
  { with: 'an auth provider', user: { 'auth-provider': { name: 'oidc', config: {} } } },
  { with: 'a token in a file', user: { 'token-file': 'token' } },
  { with: 'a password', user: { username: 'me', password: 'secret' } },
  { with: 'an impersonated user', user: { token: 't', as: 'somebody' } },
  { with: 'a token that is a number', user: { token: 12_345 } },
  { with: 'an empty token', user: { token: '' } },
  { with: 'no user behind the name', user: null },
  { with: 'a proxy', cluster: { 'proxy-url': 'http://proxy:3128' } },
  { with: 'verification switched off', cluster: { 'insecure-skip-tls-verify': true } },
  { with: 'an http server', cluster: { server: 'http://api.example' } },
  { with: 'no server', cluster: { server: '' } },
  { with: 'no such context', context: 'tset' },
  { with: 'a context without its cluster', more: { clusters: [] } },
  { with: 'an entry without a name', more: { users: [{ user: { token: 'x' } }] } },
  { with: 'no lists', more: { users: 'none' } },
])('a kubeconfig with $with is left to client-node', (given) => {
  expect(plainContext(kubeconfig(given), given.context ?? 'test', directory)).toBeUndefined()
})
