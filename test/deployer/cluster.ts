import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse, parseDocument, stringify } from 'yaml'
import { run } from '../../deployer/cli.ts'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess, KubernetesClient } from '../../local/kubernetes/client.ts'
import type { KubernetesOptions } from '../../local/kubernetes/server.ts'

/** What one command line printed, and its exit code. */
export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** An API server with controllers and no node: what a node would say about pods, the test says. */
export interface TestCluster {
  readonly access: ApiAccess
  /** A context `test` of an administrator. */
  readonly kubeconfig: string
  readonly client: KubernetesClient
  /** A folder for the test's files. */
  readonly directory: string
  close(): Promise<void>
}

/** An environment of its own namespace on a test cluster. */
export interface TestEnvironment {
  readonly namespace: string
  readonly file: string
  /** Changes values of the environment file, by path; undefined removes one. */
  set(values: Readonly<Record<string, unknown>>): Promise<void>
  /** Runs the command line in this process, with `--env` of this environment. */
  deployer(...args: readonly string[]): Promise<Said>
}

/**
 * Starts the local API server, or uses the one in $JOURNEYS_KUBECONFIG (a real kube-apiserver, with a controller manager
 * for namespaces and garbage collection).
 */
export async function startCluster(options: EmbeddedOptions = {}): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-deployer-'))
  const given = process.env['JOURNEYS_KUBECONFIG']
  const { access, stop } = given
    ? await existing(given)
    : await (await import('./embedded.ts')).embedded(options)
  const client = createClient(access)
  const kubeconfig = join(directory, 'kubeconfig')
  await writeKubeconfig(kubeconfig, access)
  await writeFile(join(directory, 'ca.crt'), access.certificateAuthority)
  return {
    access,
    kubeconfig,
    client,
    directory,
    close: async () => {
      client.close()
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Writes an environment file for a namespace that no other test uses. */
export async function createEnvironment(
  cluster: TestCluster,
  name = 'env',
  namespace = `test-${randomBytes(5).toString('hex')}`,
): Promise<TestEnvironment> {
  const file = join(cluster.directory, `${namespace}-${name}.yaml`)
  const template = await readFile(join('manifests', 'environments', 'local.yaml'), 'utf8')
  const document = parseDocument(template)
  const set = async (values: Readonly<Record<string, unknown>>) => {
    for (const [path, value] of Object.entries(values)) {
      if (value === undefined) document.deleteIn(path.split('.'))
      else document.setIn(path.split('.'), value)
    }
    await writeFile(file, document.toString())
  }
  await set({
    namespace,
    'cluster.context': 'test',
    'cluster.kubeconfig': cluster.kubeconfig,
    'trustRoot.caFile': join(cluster.directory, 'ca.crt'),
  })
  return {
    namespace,
    file,
    set,
    deployer: (command, ...args) => deployer([command ?? '', '--env', file, ...args]),
  }
}

/** Runs the command line in this process, as `main.ts` does. */
export async function deployer(
  args: readonly string[],
  options: { readonly signal?: AbortSignal; readonly cwd?: string } = {},
): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const code = await run(args, {
    streams: {
      stdout: (text) => {
        said.stdout += text
      },
      stderr: (text) => {
        said.stderr += text
      },
      colour: { stdout: false, stderr: false },
    },
    env: {},
    cwd: options.cwd ?? process.cwd(),
    root: resolve('.'),
    version: '0.0.0',
    now: Date.now,
    signal: options.signal ?? new AbortController().signal,
  })
  return { code, ...said }
}

/** Writes a kubeconfig with the one context `test`; `change` may spoil it. */
export async function writeKubeconfig(
  file: string,
  access: ApiAccess,
  change: { readonly server?: string; readonly token?: string; readonly cluster?: object } = {},
): Promise<void> {
  const ca = Buffer.from(access.certificateAuthority).toString('base64')
  const cluster = {
    server: change.server ?? access.url,
    'certificate-authority-data': ca,
    ...change.cluster,
  }
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token: change.token ?? access.token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  }
  await writeFile(file, stringify(content), { mode: 0o600 })
}

/** Says of a pod what a kubelet would. */
export async function setPodStatus(
  cluster: TestCluster,
  namespace: string,
  status: object,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/demo/status`
  await cluster.client.patch(path, 'application/merge-patch+json', { status })
}

/** What a test changes of the local API server; a real one is as it is. */
export type EmbeddedOptions = Pick<KubernetesOptions, 'webhookAvailable'>

/** A running API server and how to end it. */
export interface Started {
  readonly access: ApiAccess
  readonly stop: () => Promise<void>
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority': string }
  }[]
  readonly users: readonly { readonly user: { readonly token: string } }[]
}

async function existing(file: string): Promise<Started> {
  const { clusters, users } = parse(await readFile(file, 'utf8')) as Kubeconfig
  const [first, user] = [clusters[0]?.cluster, users[0]?.user]
  if (!first || !user) throw new Error(`${file}: expected one cluster and one user with a token`)
  const caFile = resolve(dirname(file), first['certificate-authority'])
  const certificateAuthority = await readFile(caFile, 'utf8')
  const access = { url: first.server, certificateAuthority, token: user.token }
  return { access, stop: () => Promise.resolve() }
}
