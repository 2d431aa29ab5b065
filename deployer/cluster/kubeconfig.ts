import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import { DeployError } from '../core/errors.ts'
import { IN_CLUSTER } from '../core/in-cluster.ts'
import { didYouMean } from '../core/suggest.ts'
import type { Credentials } from './credentials.ts'
import { inClusterContext } from './in-cluster.ts'
import { plainContext } from './plain-context.ts'

/** A context that was found and may be used. */
export interface Target {
  readonly context: string
  /** `https://host:port`, without a trailing slash. */
  readonly server: string
  /** Credentials as they are now. */
  readonly read: () => Promise<Credentials>
}

export interface TargetOptions {
  readonly context: string
  /** Absolute path; default: the files of $KUBECONFIG, then ~/.kube/config. */
  readonly kubeconfig?: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Finds the context an environment names, whichever context is current.
 *
 * @throws {DeployError} `ERR_KUBECONFIG` for an unreadable file, an http server or one whose certificate would not be
 * verified; `ERR_CONTEXT` if there is no such context.
 */
export async function findTarget(options: TargetOptions): Promise<Target> {
  if (options.context === IN_CLUSTER && options.kubeconfig === undefined) {
    return { context: IN_CLUSTER, ...(await inClusterContext(options.env)) }
  }
  const files = await kubeconfigFiles(options)
  const plain = await plainTarget(files, options.context)
  if (plain) return plain
  const { KubeConfig, readCredentials } = await import('./client-node.ts')
  const config = load(files, KubeConfig)
  const context = config.getContextObject(options.context)
  if (!context) throw missingContext(options.context, config, files)
  config.setCurrentContext(options.context)
  const cluster = config.getCurrentCluster()
  if (!cluster || !config.getCurrentUser()) {
    const part = cluster ? `user "${context.user}"` : `cluster "${context.cluster}"`
    throw new DeployError(
      'ERR_KUBECONFIG',
      `${files.join(', ')}: context "${options.context}" names the ${part}, which is not there`,
      {
        subject: options.context,
        hint: 'write the kubeconfig again (az aks get-credentials, kind export kubeconfig, npm run local)',
      },
    )
  }
  checkServer(cluster, options.context)
  const read = () => readCredentials(config)
  return { context: options.context, server: cluster.server, read }
}

/** One file that can be read and needs no help; whatever else is the case, client-node tells. */
async function plainTarget(files: readonly string[], context: string): Promise<Target | undefined> {
  const [file, ...others] = files
  if (file === undefined || others.length > 0) return undefined
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const plain = text === undefined ? undefined : plainContext(text, context, dirname(file))
  return plain && { context, ...plain }
}

async function kubeconfigFiles(options: TargetOptions): Promise<readonly string[]> {
  const listed = (options.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  if (options.kubeconfig !== undefined) return [options.kubeconfig]
  if (listed.length === 0) return [join(options.env['HOME'] ?? homedir(), '.kube', 'config')]
  // kubectl, too, passes over files of the list that are not there
  const there = await Promise.all(
    listed.map((file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  )
  const found = listed.filter((_, index) => there[index])
  return found.length > 0 ? found : listed
}

function load(files: readonly string[], KubeConfig: new () => KubeConfig): KubeConfig {
  const config = new KubeConfig()
  for (const [index, file] of files.entries()) {
    const one = new KubeConfig()
    try {
      one.loadFromFile(file)
    } catch (cause) {
      throw new DeployError(
        'ERR_KUBECONFIG',
        `${file}: the kubeconfig cannot be read: ${reasonOf(cause)}`,
        {
          subject: file,
          hint: `write it with az aks get-credentials, kind export kubeconfig or npm run local; or set cluster.kubeconfig in the environment`,
          cause,
        },
      )
    }
    if (index === 0) config.loadFromOptions(one)
    else config.mergeConfig(one)
  }
  return config
}

/** One line, and of a YAML error only the first: the next ones would quote the file, which holds credentials. */
function reasonOf(cause: unknown): string {
  const error = cause as NodeJS.ErrnoException
  if (error.code === 'ENOENT') return 'there is no such file'
  if (error.code === 'EACCES') return 'permission denied'
  if (error.code === 'EISDIR') return 'it is a directory'
  return (error.message ?? 'unknown reason').split('\n')[0] ?? 'unknown reason'
}

function missingContext(wanted: string, config: KubeConfig, files: readonly string[]): DeployError {
  const names = config.getContexts().map((context) => context.name)
  const known = names.length === 0 ? 'it holds no context' : `it holds ${names.join(', ')}`
  return new DeployError(
    'ERR_CONTEXT',
    `${files.join(', ')}: no context "${wanted}"${didYouMean(wanted, names)} (${known})`,
    {
      subject: wanted,
      hint: 'set cluster.context in the environment, or get the context: az aks get-credentials, kind export kubeconfig, npm run local',
    },
  )
}

function checkServer(
  cluster: { readonly server: string; readonly skipTLSVerify?: boolean },
  context: string,
): void {
  if (cluster.skipTLSVerify === true) {
    throw new DeployError(
      'ERR_KUBECONFIG',
      `context "${context}": insecure-skip-tls-verify is set: whoever sits between could read the credentials`,
      {
        subject: context,
        hint: "put the cluster's authority into certificate-authority-data and remove insecure-skip-tls-verify",
      },
    )
  }
  if (!URL.canParse(cluster.server) || new URL(cluster.server).protocol !== 'https:') {
    throw new DeployError(
      'ERR_KUBECONFIG',
      `context "${context}": expected an https server, got "${cluster.server}"`,
      {
        subject: context,
        hint: 'credentials are sent over verified TLS only: set the https address of the API server',
      },
    )
  }
}
