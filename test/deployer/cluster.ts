import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseDocument, stringify } from 'yaml'
import { run } from '../../deployer/cli.ts'
import { createClient } from '../../local/kubernetes/client.ts'
import type { ApiAccess, KubernetesClient } from '../../local/kubernetes/client.ts'
import { startControllers } from '../../local/kubernetes/controllers/controllers.ts'
import { createAuthority } from '../../local/tls.ts'
import { startApiServer } from '../support/api-server.ts'
import type { LocalOptions } from '../support/api-server.ts'
import { clusterAccess } from '../support/cluster-access.ts'

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

/** Starts the local API server, or a real one where KUBEBUILDER_ASSETS names it, and our controllers on it. */
export async function startCluster(options: LocalOptions = {}): Promise<TestCluster> {
  const authority = await createAuthority(Date.now())
  const server = await startApiServer({ authority, ...options })
  const { access } = server
  const controllers = await startControllers({
    access,
    certificateAuthority: authority.certificate,
  })
  return connect(access, async () => {
    await controllers.close()
    await server.close()
  })
}

/** The whole cluster of a kubeconfig, with controllers and nodes of its own. */
export async function joinCluster(kubeconfig: string): Promise<TestCluster> {
  return connect(await clusterAccess(kubeconfig), () => Promise.resolve())
}

async function connect(access: ApiAccess, stop: () => Promise<void>): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'keyless-deployer-'))
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
  options: {
    readonly signal?: AbortSignal
    readonly cwd?: string
    readonly env?: Readonly<Record<string, string>>
    readonly ask?: (question: string) => Promise<boolean>
  } = {},
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
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    root: resolve('.'),
    version: '0.0.0',
    now: Date.now,
    ...(options.ask ? { ask: options.ask } : {}),
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
